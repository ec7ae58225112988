"""The faults of the simulated export: which, where, and what cleaning is expected to do.

Where each stands is fixed by rule, among the first seven participants.
The kinds are named as the rules of the cleaning are.
"""

import pandas as pd

from analysis.demo.faults import cells, files, records
from analysis.demo.faults.plant import IMAGES, REDCAP, Planter

CORRECTION_COLUMNS = (
    "source", "row", "field", "old_value", "new_value", "reason", "by", "date",
)  # fmt: skip
SIGNED = {"by": "Site investigator", "date": "2022-12-12"}


def plant_faults(tables, cohort):
    """Plant every fault.

    Parameters
    ----------
    tables : dict of str to pandas.DataFrame
        A clean export.
    cohort : Cohort
        With deviations.

    Returns
    -------
    tables : dict of str to pandas.DataFrame
        The export with its faults and corrections.
    faults : pandas.DataFrame
        One row per cell: `fault, kind, file, row, field, raw_value, true_value, expected, note`.
        `field` is "" for a whole row, `row` too for a whole file.
    """
    planter = Planter(tables, cohort)
    for plant in (
        cells.plant_files,
        cells.plant_spelling,
        cells.plant_units,
        cells.plant_dates,
        cells.plant_missing,
        cells.plant_impossible,
        records.plant_contradictions,
        records.plant_events,
        records.plant_rows,
        files.plant_diary,
        files.plant_images,
        records.tell_deviations,
        files.plant_identifiers,
    ):
        plant(planter)
    corrections = _plant_corrections(planter)
    tables, faults = planter.finish()
    return tables | {"corrections.csv": corrections}, faults


def _plant_corrections(planter):
    """Two typing errors that are corrected, and a correction of a row that is not there."""
    planter.start("correction", "corrected", "A signed-off correction puts it right")
    row = planter.row(4, "week_12")
    typed = "1" + planter.read(REDCAP, row, "kap_l")
    planter.rewrite(row, "kap_l", lambda true: "1" + true)
    true = typed[1:]
    reading = planter.rows(IMAGES, 5)[0]
    density = planter.read(IMAGES, reading, "density")
    planter.change(IMAGES, reading, "density", f"{density}5")
    planter.start("correction_unused", "kept", "A correction of a row that is not in the export")
    unused = f"{planter.ids[1]}|week_8_arm_1|"
    planter.note("corrections.csv", unused, "vas_hand", "62", "")
    rows = [
        (REDCAP, row, "kap_l", typed, true, "Typing error, source document checked"),
        (IMAGES, reading, "density", f"{density}5", density, "Typing error, image read again"),
        (REDCAP, unused, "vas_hand", "62", "26", "Digits exchanged, source document checked"),
    ]
    told = pd.DataFrame(rows, columns=list(CORRECTION_COLUMNS[:6])).assign(**SIGNED)
    return told.astype("object")
