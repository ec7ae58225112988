"""What each participant received, and the release tests of each product."""

from collections.abc import Iterator
from itertools import groupby

import pandas as pd

from analysis.describe.exposure import ALL_FINGERS, TESTS, VARIABLES, print_finger
from analysis.describe.summaries import Variable
from analysis.reporting.table import Content, Table, TableRow, cell_of
from analysis.results import format_number

FLAGS = {"outside": " (out of specification)", "contradicted": " (contradiction)"}
_WITHHELD = ("procedure_date", "operator", "enzyme_lot")
# A table with more columns does not fit a page; then only the summary is shown.
MOST_COLUMNS = 12
_SUMMARY = "Median (range), or participants"
_NONE = "\N{EN DASH}"


def make_exposure_table(exposure: pd.DataFrame, results: pd.DataFrame, *, coarsen: bool) -> Table:
    """Make the table of exposure: median and range, and a column per participant, if they are few.

    It takes `exposure` as `analysis.describe.exposure.derive_exposure` returns it; `results` with
    the rows of `describe_exposure`. `coarsen` leaves out date, operator and lot.
    """
    shown = exposure if len(exposure) <= MOST_COLUMNS else exposure.iloc[:0]
    rows: list[TableRow] = []
    for section, variables in groupby(VARIABLES, key=lambda variable: variable.section):
        rows.append((section,))
        rows += [
            _make_row(variable, shown, exposure, results)
            for variable in variables
            if not (coarsen and variable.name in _WITHHELD)
        ]
    rows.append(("Volume, mL (nucleated cells, 10⁶) by finger; finger 1 is the thumb",))
    for finger in ALL_FINGERS:
        pairs = shown[[f"injected_{finger}_ml", f"cells_{finger}_million"]]
        total = cell_of(results, f"exposure.injected_{finger}_ml.median_range")
        rows.append((print_finger(finger), total, *(_print_finger(*pair) for pair in pairs.values)))
    return Table(
        ("", "Median (range)" if len(shown) else _SUMMARY, *shown["participant_id"]),
        tuple(rows),
        notes=(
            "Cells are nucleated cells of any kind; those of a finger follow from its volume and "
            "the concentration of the product.",
            "Shares by marker are as recorded; the export does not say of which cells.",
            f"{_NONE}, and a volume without cells: not injected, not recorded or not known.",
            *_tell_contradicted(exposure, results),
        ),
        numeric=False,
    )


def make_release_table(checks: pd.DataFrame, results: pd.DataFrame) -> Table:
    """Make the table of the release tests against their criteria.

    It takes `checks` as `analysis.describe.exposure.check_release` returns it; `results` with the
    rows of `analysis.describe.exposure.describe_release`.
    """
    everyone = sorted(checks["participant_id"].unique())
    people = everyone if len(everyone) <= MOST_COLUMNS else []
    rows: list[TableRow] = []
    for test, label in TESTS.items():
        mine = checks[checks["test"] == test].set_index("participant_id").loc[people]
        texts = (f"{row['result']}{FLAGS.get(row['state'], '')}" for row in mine.to_dict("records"))
        outside = cell_of(results, f"exposure.{test}_test.outside.n")
        criterion = "".join(checks.loc[checks["test"] == test, "criterion"].unique())
        rows.append((label, criterion, outside, *texts))
    total = cell_of(results, "exposure.out_of_specification.n")
    rows.append(("Any of these", "", total, *[""] * len(people)))
    heads = ("Test", "Criterion", "Out of specification", *people)
    note = (
        "Recorded volumes that contradict each other are a question to the site, not a failure of "
        "the product, and are counted apart: ",
        cell_of(results, "exposure.volumes_test.contradicted.n"),
        ".",
    )
    return Table(heads, tuple(rows), notes=(note,), numeric=False)


def _make_row(
    variable: Variable, shown: pd.DataFrame, exposure: pd.DataFrame, results: pd.DataFrame
) -> TableRow:
    values = shown[variable.name]
    if not pd.api.types.is_numeric_dtype(values):
        counts = _count_texts(exposure[variable.name]) if shown.empty else ""
        return (variable.heading, counts, *(text.replace("_", " ") or _NONE for text in values))
    texts = (_NONE if pd.isna(v) else format_number(v, variable.decimals) for v in values)
    total = cell_of(results, f"exposure.{variable.name}.median_range")
    return (variable.heading, total, *texts)


def _count_texts(texts: pd.Series) -> str:
    """Count the participants of each text, the most frequent first."""
    counts = texts.value_counts().rename_axis("text").reset_index()
    counts = counts.sort_values(["count", "text"], ascending=[False, True])
    named = zip(counts["text"], counts["count"], strict=True)
    return "; ".join(f"{text.replace('_', ' ') or 'not recorded'}: {n}" for text, n in named)


def _print_finger(volume: float, cells: float) -> str:
    if pd.isna(volume) or volume == 0:
        return _NONE
    count = "" if pd.isna(cells) else f" ({format_number(cells, 1)})"
    return f"{format_number(volume, 2)}{count}"


def _tell_contradicted(exposure: pd.DataFrame, results: pd.DataFrame) -> Iterator[Content]:
    """Yield a note on why there is no dose if the recorded volumes contradict each other."""
    wrong = exposure[exposure["volumes_add_up"] == "no"]
    more = wrong["injected_total_ml"] > wrong["final_volume_ml"]
    found = (
        f"{what}, by the record, in {', '.join(people)}"
        for what, people in (
            ("More was injected than prepared", wrong.loc[more, "participant_id"]),
            ("The fingers do not sum to the total", wrong.loc[~more, "participant_id"]),
        )
        if len(people)
    )
    if len(wrong):
        n = cell_of(results, "exposure.injected_cells_million.n")
        yield (
            f"{'; '.join(found)}: no dose of "
            "cells follows from volumes that contradict each other. Doses of cells are known for ",
            n,
            f" of {len(exposure)}.",
        )
