"""What each participant received: harvest, product, injections, in one row."""

import pandas as pd

from analysis.safety.summaries import Variable, describe_category, describe_number
from analysis.tables import table_schemas

FINGERS = tuple(f"{side}_{finger}" for side in ("right", "left") for finger in range(1, 6))
NUMBERS = (
    Variable("lidocaine_mg", "Lidocaine", "mg"),
    Variable("tumescent_ml", "Tumescent fluid", "mL"),
    Variable("cannula_mm", "Outer diameter of the cannula", "mm", 1),
    Variable("lipoaspirate_ml", "Lipoaspirate", "mL"),
    Variable("processed_ml", "Lipoaspirate processed", "mL"),
    Variable("processing_minutes", "Processing time", "min"),
    Variable("minutes_to_injection", "From start of anaesthesia to first injection", "min"),
    Variable("final_volume_ml", "Volume of the product", "mL", 1),
    Variable("nucleated_cells_million", "Nucleated cells in the product", "10⁶", 1),
    Variable("yield_per_ml", "Nucleated cells per mL of lipoaspirate processed", "10⁵", 2),
    Variable("viability_percent", "Viability", "%"),
    Variable("cd45_percent", "CD45+", "%", 1),
    Variable("stromal_percent", "CD45− CD31− CD34+", "%", 1),
    Variable("endothelial_percent", "CD45− CD31+ CD34+", "%", 1),
    Variable("endotoxin_eu_per_ml", "Endotoxin", "EU/mL", 2),
    Variable("sites_per_finger", "Injection sites per finger", ""),
    Variable("n_fingers_injected", "Fingers injected", ""),
    Variable("injected_total_ml", "Volume injected", "mL", 1),
    Variable("injected_cells_million", "Nucleated cells injected", "10⁶", 1),
    Variable("cells_per_finger_million", "Nucleated cells per injected finger", "10⁶", 2),
)
CATEGORIES = (
    Variable("anaesthesia_type", "Anaesthesia"),
    Variable("harvest_site", "Site of liposuction"),
    Variable("gram_stain", "Gram stain"),
    Variable("sterility", "Culture"),
    Variable("planned_overnight_stay", "Overnight stay planned"),
)
TEXTS = (
    Variable("enzyme", "Enzyme"),
    Variable("enzyme_lot", "Lot of the enzyme"),
    Variable("diluent", "Diluent"),
    Variable("cell_counter", "Counter"),
    Variable("viability_method", "Method of viability"),
    Variable("needle_gauge", "Needle gauge"),
    Variable("operator", "Operator"),
    Variable("deviation", "Deviation, as recorded"),
)


def derive_exposure(procedures):
    """Add what follows from the record of the procedure to it.

    Cells per volume are those of the whole product, so that the cells of a finger are its
    volume times nucleated cells over final volume; they are nucleated cells of any kind.

    Parameters
    ----------
    procedures : pandas.DataFrame
        The table procedures.

    Returns
    -------
    pandas.DataFrame
        With `minutes_to_injection` (min), `yield_per_ml` (10^5 per mL processed),
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
    concentration = frame["nucleated_cells_million"] / frame["final_volume_ml"]
    volumes = frame[[f"injected_{finger}_ml" for finger in FINGERS]]
    for finger in FINGERS:
        frame[f"cells_{finger}_million"] = concentration * frame[f"injected_{finger}_ml"]
    frame["injected_cells_million"] = concentration * frame["injected_total_ml"]
    injected = frame["n_fingers_injected"].astype("float64")
    frame["cells_per_finger_million"] = frame["injected_cells_million"] / injected.mask(
        injected == 0
    )
    total = frame["injected_total_ml"]
    adds_up = ((volumes.sum(axis=1) - total).abs() < 1e-6) & (
        total <= frame["final_volume_ml"] + 1e-6
    )
    known = total.notna() & frame["final_volume_ml"].notna()
    frame["volumes_add_up"] = adds_up.map({True: "yes", False: "no"}).where(known, "")
    return frame


def describe_exposure(frame, context):
    """Make the results of the exposure.

    Parameters
    ----------
    frame : pandas.DataFrame
        As `derive_exposure` returns it, those of the population.
    context : analysis.results.Context

    Returns
    -------
    list of dict
        Rows as ``exposure.viability_percent.median_range``; for every finger
        ``exposure.injected_right_2_ml.median_range``.
    """
    fingers = [
        Variable(f"injected_{finger}_ml", print_finger(finger), "mL", 2) for finger in FINGERS
    ]
    rows = []
    for variable in (*NUMBERS, *fingers):
        rows += describe_number(
            context,
            variable.name,
            frame[variable.name].astype("float64"),
            unit=variable.unit,
            decimals=variable.decimals,
        )
    enums = {field["name"]: field for field in table_schemas()["procedures"]["fields"]}
    for variable in CATEGORIES:
        values = enums[variable.name]["constraints"]["enum"]
        rows += describe_category(context, variable.name, frame[variable.name], values)
    return rows


def print_finger(finger):
    """Print a finger: ``right_2`` is "Right 2" (1 is the thumb, 5 the little finger)."""
    return finger.replace("_", " ").capitalize()
