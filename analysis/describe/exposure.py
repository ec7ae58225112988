"""What each participant received, in one row, and whether the product met its specification."""

import pandas as pd

from analysis.describe.summaries import Variable, describe_category, describe_variable, find_field
from analysis.plan import Specification
from analysis.results import Context, ResultWriter, Row, format_number

ALL_FINGERS = tuple(f"{side}_{finger}" for side in ("right", "left") for finger in range(1, 6))
_HARVEST, _PRODUCT, _INJECTION = "Anaesthesia and harvest", "Product", "Injection"
VARIABLES = (
    Variable("procedure_date", "Date", section=_HARVEST),
    Variable("anaesthesia_type", "Anaesthesia", section=_HARVEST),
    Variable("lidocaine_mg", "Lidocaine", "mg", section=_HARVEST),
    Variable("tumescent_ml", "Tumescent fluid", "mL", section=_HARVEST),
    Variable("harvest_site", "Site of liposuction", section=_HARVEST),
    Variable("cannula_mm", "Outer diameter of the cannula", "mm", 1, section=_HARVEST),
    Variable("lipoaspirate_ml", "Lipoaspirate", "mL", section=_HARVEST),
    Variable("planned_overnight_stay", "Overnight stay planned", section=_HARVEST),
    Variable("processed_ml", "Lipoaspirate processed", "mL", section=_PRODUCT),
    Variable("enzyme", "Enzyme", section=_PRODUCT),
    Variable("enzyme_lot", "Lot of the enzyme", section=_PRODUCT),
    Variable("processing_minutes", "Processing time", "min", section=_PRODUCT),
    Variable("diluent", "Diluent", section=_PRODUCT),
    Variable("final_volume_ml", "Volume", "mL", 1, section=_PRODUCT),
    Variable("nucleated_cells_million", "Nucleated cells", "10⁶", 1, section=_PRODUCT),
    Variable("yield_per_ml", "Nucleated cells per mL processed", "10⁵", 2, section=_PRODUCT),
    Variable("cell_counter", "Counter", section=_PRODUCT),
    Variable("viability_percent", "Viability", "%", 1, section=_PRODUCT),
    Variable("viable_cells_million", "Viable nucleated cells", "10⁶", 1, section=_PRODUCT),
    Variable("viability_method", "Method of viability", section=_PRODUCT),
    Variable("cd45_percent", "CD45+", "%", 1, section=_PRODUCT),
    Variable("stromal_percent", "CD45− CD31− CD34+", "%", 1, section=_PRODUCT),
    Variable("endothelial_percent", "CD45− CD31+ CD34+", "%", 1, section=_PRODUCT),
    Variable("endotoxin_eu_per_ml", "Endotoxin", "EU/mL", 2, section=_PRODUCT),
    Variable("gram_stain", "Gram stain", section=_PRODUCT),
    Variable("sterility", "Culture", section=_PRODUCT),
    Variable("minutes_to_injection", "Since start of anaesthesia", "min", section=_INJECTION),
    Variable("needle_gauge", "Needle", "gauge", section=_INJECTION),
    Variable("sites_per_finger", "Sites per finger", section=_INJECTION),
    Variable("n_fingers_injected", "Fingers injected", section=_INJECTION),
    Variable("injected_total_ml", "Volume", "mL", 1, section=_INJECTION),
    Variable("injected_cells_million", "Nucleated cells", "10⁶", 1, section=_INJECTION),
    Variable(
        "cells_per_finger_million", "Nucleated cells per injected finger", "10⁶", 2, (), _INJECTION
    ),
    Variable("operator", "Operator", section=_INJECTION),
    Variable("deviation", "Deviation, as recorded", section=_INJECTION),
)
_CATEGORIES = (
    *("anaesthesia_type", "harvest_site", "planned_overnight_stay"),
    *("gram_stain", "sterility"),
)
TESTS = {
    "viability": "Viability",
    "endotoxin": "Endotoxin",
    "gram_stain": "Gram stain",
    "sterility": "Culture",
    "planned_fingers": "Planned fingers injected",
    "finger_volume": "Largest volume in a finger",
    "volumes": "Volumes add up",
}
STATES = {
    "within": "within specification",
    "outside": "out of specification",
    "contradicted": "recorded volumes contradict each other, which says nothing of the product",
    "unknown": "pending, not recorded or not injected",
}


def derive_exposure(procedures: pd.DataFrame) -> pd.DataFrame:
    """Add the derived columns to the record of the procedure.

    The product is taken as uniform: the cells of a finger are its volume times nucleated cells
    (of any kind) over final volume. They are missing if the volumes contradict each other.

    Returns
    -------
    With `minutes_to_injection` (min), `yield_per_ml` (10^5 per mL processed),
    `viable_cells_million` (nucleated cells times viability),
    `injected_cells_million`, `cells_per_finger_million` (mean of the injected fingers),
    `cells_<finger>_million` for all ten fingers, and `volumes_add_up` (yes, no, or "" if
    not known): the fingers sum to the total and to no more than the product's volume.
    """
    frame = procedures.copy()
    start, end = (
        pd.to_datetime(frame[column].mask(frame[column] == "", None), format="ISO8601")
        for column in ("anaesthesia_start", "first_injection")
    )
    frame["minutes_to_injection"] = (end - start).dt.total_seconds() / 60
    frame["yield_per_ml"] = 10 * frame["nucleated_cells_million"] / frame["processed_ml"]
    viable = frame["nucleated_cells_million"] * frame["viability_percent"] / 100
    frame["viable_cells_million"] = viable
    total, final = frame["injected_total_ml"], frame["final_volume_ml"]
    volumes = frame[[f"injected_{finger}_ml" for finger in ALL_FINGERS]]
    adds_up = ((volumes.sum(axis=1) - total).abs() < 1e-6) & (total <= final + 1e-6)
    known = total.notna() & final.notna() & volumes.notna().any(axis=1)
    frame["volumes_add_up"] = adds_up.map({True: "yes", False: "no"}).where(known, "")
    concentration = (frame["nucleated_cells_million"] / final).mask(known & ~adds_up)
    for finger in ALL_FINGERS:
        frame[f"cells_{finger}_million"] = concentration * frame[f"injected_{finger}_ml"]
    frame["injected_cells_million"] = concentration * total
    injected = frame["n_fingers_injected"].astype("float64")
    per_finger = frame["injected_cells_million"] / injected.mask(injected == 0)
    frame["cells_per_finger_million"] = per_finger
    return frame


def describe_exposure(frame: pd.DataFrame, context: Context) -> list[Row]:
    """Make the results of the exposure of a population, from the frame of `derive_exposure`.

    Ids are like ``exposure.viability_percent.median_range`` and, for every finger,
    ``exposure.injected_right_2_ml.median_range``.
    """
    fingers = [Variable(f"injected_{finger}_ml", finger, "mL", 2) for finger in ALL_FINGERS]
    rows = []
    for variable in (*VARIABLES, *fingers):
        values = frame[variable.name]
        if variable.name in _CATEGORIES:
            categories = find_field("procedures", variable.name)["constraints"]["enum"]
            rows += describe_category(ResultWriter(context, variable.name), values, categories)
        elif pd.api.types.is_numeric_dtype(values):
            rows += describe_variable(context, variable, values)
    return rows


def print_finger(finger: str) -> str:
    """Print a finger: ``right_2`` is "Right 2" (1 is the thumb, 5 the little finger)."""
    return finger.replace("_", " ").capitalize()


def check_release(exposure: pd.DataFrame, specification: Specification) -> pd.DataFrame:
    """Check every release test of every participant against its criterion.

    Returns
    -------
    One row per participant and test: `participant_id`, `test` (a key of `TESTS`),
    `criterion` and `result` as printed, `state` (a key of `STATES`).
    """
    low = specification.viability_min_percent.value
    high = specification.endotoxin_max_eu_per_ml.value
    most = specification.finger_volume_max_ml.value
    planned = [f"injected_{finger}_ml" for finger in specification.planned_fingers.value]
    untouched = exposure["n_fingers_injected"].fillna(0).eq(0)
    viability, endotoxin = exposure["viability_percent"], exposure["endotoxin_eu_per_ml"]
    fingers = (exposure[planned] > 0).sum(axis=1).astype("float64").mask(untouched)
    volumes = exposure[[f"injected_{finger}_ml" for finger in ALL_FINGERS]]
    largest = volumes.max(axis=1).mask(untouched)
    every = len(planned)
    checked = (
        _check_number("viability", f"at least {low} %", viability, viability >= low, 1),
        _check_number("endotoxin", f"at most {high} EU/mL", endotoxin, endotoxin <= high, 2),
        _check_text("gram_stain", "negative", exposure["gram_stain"]),
        _check_text("sterility", "no_growth", exposure["sterility"]),
        _check_number("planned_fingers", f"all {every}", fingers, fingers >= every, 0),
        _check_number("finger_volume", f"at most {most} mL", largest, largest <= most, 2),
        _check_text("volumes", "yes", exposure["volumes_add_up"]).replace(
            {"state": {"outside": "contradicted"}}
        ),
    )
    checks = pd.concat(
        [frame.assign(participant_id=exposure["participant_id"]) for frame in checked]
    )
    order = ["participant_id", "test", "criterion", "result", "state"]
    return checks.reset_index(drop=True)[order]


def describe_release(checks: pd.DataFrame, context: Context) -> list[Row]:
    """Make the results of the release tests.

    Returns
    -------
    Per test ``exposure.<test>_test.within.n`` (and the other states), and
    ``exposure.out_of_specification.n``, the participants with any test outside.
    """
    n = checks["participant_id"].nunique()
    rows = []
    for test in TESTS:
        states = checks.loc[checks["test"] == test, "state"]
        for state in STATES:
            writer = ResultWriter(context, f"{test}_test", n, qualifier=state)
            rows.append(writer.count("n", int((states == state).sum())))
    outside = checks.loc[checks["state"] == "outside", "participant_id"].nunique()
    return [*rows, ResultWriter(context, "out_of_specification", n).count("n", outside)]


def _check_number(
    test: str, criterion: str, values: pd.Series, within: pd.Series, decimals: int
) -> pd.DataFrame:
    printed = values.map(lambda value: format_number(value, decimals), na_action="ignore")
    result = printed.astype("object").where(values.notna(), "not recorded")
    state = within.map({True: "within", False: "outside"}).where(values.notna(), "unknown")
    return pd.DataFrame({"test": test, "criterion": criterion, "result": result, "state": state})


def _check_text(test: str, wanted: str, values: pd.Series) -> pd.DataFrame:
    result = values.mask(values == "", "not recorded").str.replace("_", " ")
    state = values.eq(wanted).map({True: "within", False: "outside"})
    state = state.mask(values.isin(["", "pending"]), "unknown")
    criterion = wanted.replace("_", " ")
    return pd.DataFrame({"test": test, "criterion": criterion, "result": result, "state": state})
