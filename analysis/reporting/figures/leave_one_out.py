"""The estimate of every outcome without each participant in turn."""

import math

from analysis.reporting.figure import COLOURS, use_style
from analysis.results import find_text
from analysis.statistics.statements import NOT_ESTIMABLE

COLUMNS = 3


def draw_leave_one_out(results, study):
    """Draw a panel per outcome: a dot without each participant, a line for all of them.

    Parameters
    ----------
    results : pandas.DataFrame
        The sensitivity results.
    study : analysis.study.Study

    Returns
    -------
    tuple
        The figure and its alternative text.
    """
    plt = use_style()
    rows = math.ceil(len(study.outcomes) / COLUMNS)
    people = sorted(set(results.loc[_is_without(results), "group"]))
    figure, grid = plt.subplots(
        rows,
        COLUMNS,
        figsize=(7.2, rows * (0.95 + 0.14 * len(people))),
        squeeze=False,
        sharey=True,
        layout="constrained",
    )
    # Room for the mark of simulated data below the last row.
    figure.get_layout_engine().set(rect=(0, 0.03, 1, 0.97), h_pad=0.06, w_pad=0.08)
    for axes, outcome in zip(grid.flat, study.outcomes, strict=False):
        _draw_panel(axes, results, outcome, people)
    for axes in list(grid.flat)[len(study.outcomes) :]:
        axes.set_visible(False)
    for axes in grid[:, 0]:
        axes.set_ylabel("Without", fontsize=8)
    return figure, _describe(results, study)


def _draw_panel(axes, results, outcome, people):
    import seaborn

    start = f"sensitivity.{outcome.name}"
    own = results[_is_without(results) & (results["outcome"] == outcome.name)]
    whole = results.set_index("result_id")["value"][f"{start}.primary.hl"]
    axes.axvline(0, color=COLOURS["grey"], lw=0.9)
    axes.axvline(whole, color=COLOURS["better"], lw=1.4)
    seaborn.stripplot(
        own, x="value", y="group", order=people, jitter=False, size=4, color="black", ax=axes
    )
    axes.set_ylabel("")
    axes.tick_params(labelsize=7, length=2)
    axes.locator_params(axis="x", nbins=4)
    axes.set_title(outcome.label, fontsize=8.5, loc="left", weight="bold")
    axes.set_xlabel(f"Change, {outcome.unit}", fontsize=7.5)


def _is_without(results):
    return results["result_id"].str.contains(".without.", regex=False)


def _describe(results, study):
    parts = []
    for outcome in study.outcomes:
        start = f"sensitivity.{outcome.name}"
        low, high = (
            find_text(results, f"{start}.leave_one_out.hl_{end}") for end in ("lowest", "highest")
        )
        span = "" if low == NOT_ESTIMABLE else f" ({low} to {high})"
        parts.append(f"{outcome.label} {find_text(results, f'{start}.primary.hl')}{span}")
    return (
        "Hodges-Lehmann estimates of the change, for each outcome with all participants and, in "
        "parentheses, the lowest and highest without one of them: " + "; ".join(parts) + "."
    )
