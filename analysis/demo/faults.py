"""The faults of the simulated export: which, where, and what cleaning is expected to do.

faults.csv lists them in the order in which they are planted, a line for each cell (or for fields
of one row whose names fit a pattern), among the first seven participants; kinds have the names of
the cleaning rules. Faults between cells and rows are planted by a function.
"""

import csv
from collections.abc import Callable
from fnmatch import filter as match_names
from pathlib import Path

import numpy as np
import pandas as pd

from analysis.demo import record_faults, texts
from analysis.demo.cohort import Cohort
from analysis.demo.planter import REDCAP, Planter

LIST = Path(__file__).with_name("faults.csv")
FAULT_COLUMNS = (
    "fault", "kind", "file", "row", "field", "raw_value", "true_value", "expected", "note",
)  # fmt: skip
CORRECTION_HEADER = (
    "source", "row", "field", "old_value", "new_value", "reason", "by", "date",
)  # fmt: skip
_SIGNED = {"by": "Site investigator", "date": "2022-12-12"}
_REASONS = (
    "Typing error, source document checked", "Typing error, image read again",
    "Digits exchanged, source document checked",
)  # fmt: skip
# The new content of a cell, from the old content and the text in the list.
WAYS: dict[str, Callable[[str, str], str]] = {
    "text": lambda true, text: text,
    "true": lambda true, text: text,
    "as_drawn": lambda true, text: true,
    "append": lambda true, text: true + text,
    "prepend": lambda true, text: text + true,
    "exchange": lambda true, text: dict(pair.split("=") for pair in text.split("|"))[true],
    "add": lambda true, text: str(abs(int(true) + int(text))),
    "decimal_comma": lambda true, text: true.replace(".", ","),
    "centimetres": lambda true, text: f"{int(true) / 10:.1f}",
    "metres": lambda true, text: f"{int(true) / 100:.2f} m",
    "short_year": lambda true, text: true[2:].replace("-", "."),
    "from_third": lambda true, text: text + true[2:],
    "year_and": lambda true, text: true[:4] + text,
    "month": lambda true, text: true[:7],
    "day_in_march": lambda true, text: f"{max(int(true), 1):02d}-Mar",
    "days_later": lambda true, text: str(np.datetime64(true) + int(text)),
    "full_width": lambda true, text: texts.full_width(true),
    "korean_date": lambda true, text: texts.korean_date(true),
    "korean_time": lambda true, text: texts.korean_time(true),
    "dotted_date": lambda true, text: texts.dotted_date(true),
    "serial_date": lambda true, text: texts.serial_date(true),
    "prefix_and_number": lambda true, text: texts.drift(true, text),
    "prefix_and_two_digits": lambda true, text: texts.drift(true, text, 2),
}
# In these ways, the new content of the cell is the true one.
TRUE_WAYS = ("true", "as_drawn")
FORM_VISITS = {"adverse_event": "unscheduled", "medication": "screening"}


def plant_faults(
    tables: dict[str, pd.DataFrame], cohort: Cohort
) -> tuple[dict[str, pd.DataFrame], pd.DataFrame]:
    """Plant every fault.

    Parameters
    ----------
    tables
        A clean export by file name.
    cohort
        With deviations.

    Returns
    -------
    tables
        The export with its faults and corrections.
    faults
        One row per cell: `fault, kind, file, row, field, raw_value, true_value, expected, note`.
        `field` is "" for a whole row, `row` too for a whole file.
    """
    planter = Planter(tables)
    with LIST.open(encoding="utf-8", newline="") as file:
        lines = list(csv.DictReader(file))
    planted = []
    for line in lines:
        if line["way"] in record_faults.PLANTS:
            cells = record_faults.PLANTS[line["way"]](planter, cohort)
        elif line["way"] == "encoding":
            cells = [{"file": line["where"], "row": "", "field": "",
                      "raw_value": line["text"], "true_value": "UTF-8"}]  # fmt: skip
        else:
            cells = _plant_cells(planter, cohort.ids[int(line["person"])], line)
        about = {name: line[name] for name in ("fault", "kind", "expected", "note")}
        planted += [about | cell for cell in cells]
    faults = pd.DataFrame(planted, columns=list(FAULT_COLUMNS), dtype="object")
    return planter.finish() | {"corrections.csv": _list_corrections(faults)}, faults


def _plant_cells(planter: Planter, person: str, line: dict[str, str]) -> list[dict[str, str]]:
    where = line["where"]
    if ".csv " in where:
        file, number = where.split()
        place = planter.find_rows(file, person)[int(number)]
    else:
        file = REDCAP
        form = where if where in FORM_VISITS else ""
        place = planter.find_row(person, FORM_VISITS.get(where, where), form)
    cells = []
    for pattern in line["field"].split():
        for field in match_names(planter.tables[file].columns, pattern):
            raw = WAYS[line["way"]](planter.read(file, place, field), line["text"])
            cell = planter.change(file, place, field, raw)
            cells.append(cell | {"true_value": raw} if line["way"] in TRUE_WAYS else cell)
    return cells


def _list_corrections(faults: pd.DataFrame) -> pd.DataFrame:
    """Return the corrections of the typing errors, and one of a row that does not exist."""
    typed = faults[faults["kind"] == "correction"]
    unused = faults[faults["kind"] == "correction_unused"]
    corrections = pd.concat([typed, unused.assign(file=REDCAP, true_value="26")]).assign(
        reason=_REASONS, **_SIGNED
    )
    names = {"file": "source", "raw_value": "old_value", "true_value": "new_value"}
    corrections = corrections.rename(columns=names)[list(CORRECTION_HEADER)]
    return corrections.reset_index(drop=True).astype("object")
