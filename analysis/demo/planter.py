"""Plant faults in an export: find its cells, change them, and describe what was planted.

Both the simulated export and the stress tests use it.
"""

import pandas as pd

from analysis.paths import CAPILLAROSCOPY, DIARY, REDCAP

IMAGES = CAPILLAROSCOPY


class Planter:
    """An export whose cells and rows can be changed; a row is known by its place in its table.

    Parameters
    ----------
    tables
        The export by file name; copied.

    Attributes
    ----------
    places : dict of str to dict of str to numpy.ndarray of int
        By file, the rows of each person as received.
    """

    def __init__(self, tables: dict[str, pd.DataFrame]) -> None:
        self.tables = {name: table.copy() for name, table in tables.items()}
        self.places = {
            file: self.tables[file].groupby("record_id").indices for file in (REDCAP, DIARY, IMAGES)
        }

    def find_rows(
        self, file: str, person: str, *, visit: str | None = None, form: str = ""
    ) -> list[int]:
        """Return a person's rows as received; in the REDCap export, those of a visit and form."""
        table = self.tables[file]
        places = [int(place) for place in self.places[file].get(person, ())]
        if file == REDCAP:
            places = [p for p in places if table.at[p, "redcap_repeat_instrument"] == form]
        return [p for p in places if visit is None or self.find_visit(file, p) == visit]

    def find_row(self, person: str, visit: str, form: str = "") -> int:
        """Return a person's first row of a visit and form in the REDCap export."""
        return self.find_rows(REDCAP, person, visit=visit, form=form)[0]

    def find_visit(self, file: str, place: int) -> str:
        """Return the visit of a row; the diary has none."""
        if file == DIARY:
            return ""
        name = "redcap_event_name" if file == REDCAP else "event"
        return self.read(file, place, name).removesuffix("_arm_1")

    def read(self, file: str, place: int, field: str) -> str:
        """Return the content of a cell."""
        return str(self.tables[file].at[place, field])

    def write(self, file: str, place: int, **cells: str) -> None:
        """Put texts into the cells of a row."""
        for name, text in cells.items():
            self.tables[file].at[place, name] = text

    def describe(self, file: str, place: int, field: str, true: str = "") -> dict[str, str]:
        """Describe a cell as received: where it is, its content, and the true value.

        Returns
        -------
        dict of str
            `file, row, field, participant, visit, raw_value, true_value`; the field "" stands for
            a whole row, without a value.
        """
        return {
            "file": file,
            "row": row_keys(self.tables[file].loc[[place]], file)[0],
            "field": field,
            "participant": self.read(file, place, "record_id"),
            "visit": self.find_visit(file, place),
            "raw_value": self.read(file, place, field) if field else "",
            "true_value": true,
        }

    def change(self, file: str, place: int, field: str, raw: str) -> dict[str, str]:
        """Put a text into a cell, and describe it; the old content is the true value."""
        true = self.read(file, place, field)
        self.write(file, place, **{field: raw})
        return self.describe(file, place, field, true)

    def add(self, file: str, like: int, **cells: str) -> int:
        """Add a copy of a row with other cells at the end, and return its place."""
        table = self.tables[file]
        place = len(table)
        table.loc[place] = table.loc[like]
        self.write(file, place, **cells)
        return place

    def remove(self, file: str, place: int) -> dict[str, str]:
        """Mark a row as removed, and describe it; `finish` drops it."""
        described = self.describe(file, place, "")
        self.tables[file].loc[place, "record_id"] = None
        return described

    def finish(self) -> dict[str, pd.DataFrame]:
        """Return the tables without the removed rows; added rows come last."""
        for file in self.places:
            table = self.tables[file]
            self.tables[file] = table[table["record_id"].notna()].reset_index(drop=True)
        return self.tables


def row_keys(table: pd.DataFrame, file: str) -> list[str]:
    """Return the keys of the rows of a file as received, as in `changes` and corrections.

    ``record|event|form#instance`` in the REDCap export, ``record|date|time`` in the diary and
    ``image|reader`` in the readers' sheet.
    """
    if file == DIARY:
        parts = ["record_id", "entry_date", "entry_time"]
    elif file == IMAGES:
        parts = ["image_id", "reader"]
    else:
        instance = table["redcap_repeat_instance"]
        repeat = table["redcap_repeat_instrument"] + instance.where(instance == "", "#" + instance)
        table = table.assign(repeat=repeat)
        parts = ["record_id", "redcap_event_name", "repeat"]
    return ["|".join(cells) for cells in table[parts].itertuples(index=False)]
