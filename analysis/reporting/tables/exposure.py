"""What each participant received, and the release tests of each product."""

import pandas as pd

from analysis.reporting.table import Cell, Table, cell_of
from analysis.results import format_number
from analysis.safety.exposure import CATEGORIES, FINGERS, NUMBERS, TEXTS, print_finger
from analysis.safety.release import TESTS

WITHHELD = ("operator", "enzyme_lot")
NONE = "\N{EN DASH}"


def make_exposure_table(exposure, results, *, coarsen):
    """Make the table of exposure: median and range, and every participant in a column.

    Parameters
    ----------
    exposure : pandas.DataFrame
        As `analysis.safety.exposure.derive_exposure` returns it.
    results : pandas.DataFrame
        Results with the rows of `analysis.safety.exposure.describe_exposure`.
    coarsen : bool
        Leave out operator and lot.

    Returns
    -------
    analysis.reporting.table.Table
    """
    rows = [("Procedure and product",)]
    rows += [
        (variable.label, "", *exposure[variable.name].map(_print_text)) for variable in CATEGORIES
    ]
    rows += [_print_numbers(variable, exposure, results) for variable in NUMBERS]
    rows += [
        (variable.label, "", *exposure[variable.name].astype("str").map(_print_text))
        for variable in TEXTS
        if not (coarsen and variable.name in WITHHELD)
    ]
    rows.append(("Volume, mL (nucleated cells, 10⁶) by finger, 1 is the thumb",))
    for finger in FINGERS:
        volumes, cells = exposure[f"injected_{finger}_ml"], exposure[f"cells_{finger}_million"]
        texts = (_print_finger(volume, n) for volume, n in zip(volumes, cells, strict=True))
        total = cell_of(results, f"exposure.injected_{finger}_ml.median_range")
        rows.append((print_finger(finger), total, *texts))
    return Table(
        ("", "Median (range)", *exposure["participant_id"]),
        tuple(rows),
        notes=(
            "Cells are nucleated cells of any kind; those of a finger follow from its volume and "
            "the concentration of the product.",
            f"{NONE}: not injected or not recorded.",
        ),
        numeric=False,
    )


def make_release_table(checks, results):
    """Make the table of the release tests against their criteria.

    Parameters
    ----------
    checks : pandas.DataFrame
        As `analysis.safety.release.check_release` returns it.
    results : pandas.DataFrame
        Results with the rows of `analysis.safety.release.describe_release`.

    Returns
    -------
    analysis.reporting.table.Table
    """
    people = sorted(checks["participant_id"].unique())
    rows = []
    for test, label in TESTS.items():
        mine = checks[checks["test"] == test].set_index("participant_id").loc[people]
        texts = (
            f"{row.result} (out of specification)" if row.state == "outside" else row.result
            for row in mine.itertuples()
        )
        outside = cell_of(results, f"exposure.{test}_test.outside.n")
        rows.append((label, "".join(mine["criterion"].unique()), outside, *texts))
    total = cell_of(results, "exposure.out_of_specification.n")
    rows.append(("Any of these", "", total, *[""] * len(people)))
    return Table(("Test", "Criterion", "Out of specification", *people), tuple(rows), numeric=False)


def _print_numbers(variable, exposure, results):
    label = f"{variable.label}, {variable.unit}" if variable.unit else variable.label
    values = exposure[variable.name].astype("float64")
    texts = (NONE if pd.isna(v) else format_number(v, variable.decimals) for v in values)
    return (label, cell_of(results, f"exposure.{variable.name}.median_range"), *texts)


def _print_text(text):
    return NONE if text in ("", "<NA>", "nan") else text.replace("_", " ")


def _print_finger(volume, cells):
    if pd.isna(volume) or volume == 0:
        return Cell(NONE)
    count = "not known" if pd.isna(cells) else format_number(cells, 1)
    return Cell(f"{format_number(volume, 2)} ({count})")
