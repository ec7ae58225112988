"""Plant faults in an export and keep a list of them."""

import pandas as pd

FAULT_COLUMNS = (
    "fault", "kind", "file", "row", "field", "raw_value", "true_value", "expected", "note",
)  # fmt: skip
REDCAP = "redcap_export.csv"
DIARY = "raynaud_diary.csv"
IMAGES = "capillaroscopy.csv"
AFFECTED = 7


class Planter:
    """Changes single cells and rows of the first seven participants, and lists what it did.

    Parameters
    ----------
    tables : dict of str to pandas.DataFrame
        The export; its tables are copied.
    cohort : Cohort

    Attributes
    ----------
    tables : dict of str to pandas.DataFrame
    listed : list of dict
        One per cell, with FAULT_COLUMNS as keys.
    """

    def __init__(self, tables, cohort):
        self.tables = {name: table.copy() for name, table in tables.items()}
        self.cohort = cohort
        self.ids = [str(name) for name in cohort.ids[:AFFECTED]]
        self.listed = []
        self._number = 0
        self._places = {name: self._index(name) for name in (REDCAP, DIARY, IMAGES)}

    def start(self, kind, expected, note):
        """Begin a new fault: its kind, the action of the cleaning, and why, in words."""
        self._number += 1
        self._told = {"kind": kind, "expected": expected, "note": note}

    def row(self, person, visit, form="", instance=None):
        """Return the key of a row of the REDCap export, ``record|event|form#instance``."""
        repeat = f"{form}#{instance}" if form else ""
        return f"{self.ids[person]}|{visit}_arm_1|{repeat}"

    def first_event(self, person):
        """Return the key of a participant's first adverse event."""
        return self.row(person, "unscheduled", "adverse_event", 1)

    def rows(self, file, person):
        """Return the keys of a participant's rows in a file, in the file's order."""
        places = self._places[file]
        owner = self.tables[file]["record_id"]
        return [key for key, place in places.items() if owner[place] == self.ids[person]]

    def read(self, file, row, field):
        """Return what a cell holds."""
        return self.tables[file].at[self._places[file][row], field]

    def change(self, file, row, field, raw, true=None):
        """Put `raw` into a cell and list it; its true value is what was there, or `true`.

        A changed key is listed under the key as received, which is what it is now.
        """
        place = self._places[file].pop(row)
        true = self.tables[file].at[place, field] if true is None else true
        self.tables[file].at[place, field] = raw
        key = row_keys(self.tables[file].loc[[place]], file)[0]
        self._places[file][key] = place
        self.note(file, key, field, raw, true)

    def rewrite(self, row, field, write):
        """Write a cell of the REDCap export in another way."""
        self.change(REDCAP, row, field, write(self.read(REDCAP, row, field)))

    def add(self, file, like, cells):
        """Add a copy of a row with other cells and return its key; it is not listed yet."""
        table = self.tables[file]
        place = len(table)
        table.loc[place] = table.loc[self._places[file][like]]
        for field, raw in cells.items():
            table.at[place, field] = raw
        key = row_keys(table.loc[[place]], file)[0]
        self._places[file][key] = place
        return key

    def remove(self, file, row):
        """Take a row out; it is not listed yet."""
        place = self._places[file].pop(row)
        self.tables[file].loc[place, "record_id"] = None

    def note(self, file, row, field, raw, true):
        """List something that stands in the export already."""
        told = {"file": file, "row": row, "field": field, "raw_value": raw, "true_value": true}
        self.listed.append({"fault": f"F{self._number:02d}"} | self._told | told)

    def finish(self):
        """Return the tables, in which added rows stand last, and the list."""
        tables = dict(self.tables)
        for name in (REDCAP, DIARY, IMAGES):
            kept = tables[name]["record_id"].notna()
            tables[name] = tables[name][kept].reset_index(drop=True)
        return tables, pd.DataFrame(self.listed, columns=list(FAULT_COLUMNS), dtype="object")

    def _index(self, name):
        table = self.tables[name]
        ours = table[table["record_id"].isin(self.ids)]
        return dict(zip(row_keys(ours, name), ours.index, strict=True))


def row_keys(table, file):
    """Return the keys of the rows of a file as received, as `changes` and corrections give them.

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
