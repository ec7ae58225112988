"""How far choices of the analysis, and single participants, move the estimates."""

import pandas as pd

from analysis.reporting.figure import COLOURS, Drawing, lay_out_grid, use_style
from analysis.reporting.table import label_part
from analysis.results import NOT_ESTIMABLE, find_text, format_number
from analysis.statistics.specification import DIMENSIONS, list_options
from analysis.study import Outcome, Study

HEADINGS = {
    "variant": "Scoring",
    "population": "Population",
    "events": "Intercurrent events",
    "missing": "Missing follow-up",
    "summary": "Estimate and interval",
}
_OPTIONS = {
    "primary": "All sites",
    "as_observed": "As observed",
    "excluded": "Participants excluded",
    "no_change": "Change set to 0",
    "none": "Left out",
    "last_observation": "Last score",
    "baseline_observation": "Baseline score",
    "worst_case": "Worst case",
    "best_case": "Best case",
    "hodges_lehmann": "Hodges-Lehmann, exact",
    "mean_t": "Mean, t",
}
_COLUMNS = 3


def draw_specification(points: pd.DataFrame, outcome: Outcome, *, population: str) -> Drawing:
    """Draw the specification curve: estimates with intervals above, what led to them below.

    Parameters
    ----------
    points
        As `analysis.statistics.specification.collapse_specifications` returns it.
    population
        Of the primary analysis, which is drawn in colour.
    """
    plt = use_style()
    options = {
        dimension: sorted(names, key=lambda name: (name != population, _rank(name)))
        for dimension, names in list_options(points).items()
    }
    n_rows = sum(len(names) for names in options.values()) + len(options)
    size = {"figsize": (7.2, 2.8 + 0.17 * n_rows)}
    size["height_ratios"] = (2.4, max(0.17 * n_rows, 0.3))
    figure, (top, bottom) = plt.subplots(2, 1, sharex=True, layout="constrained", **size)
    # Room for the mark of simulated data below the last row.
    figure.get_layout_engine().set(rect=(0, 0.03, 1, 0.97))
    colours = [COLOURS["better" if primary else "unchanged"] for primary in points["is_primary"]]
    for place, (point, colour) in enumerate(zip(points.itertuples(), colours, strict=True)):
        top.plot((place, place), (point.low, point.high), color=colour, lw=1.6)
        top.plot(place, point.estimate, "D", color=colour, ms=4.5)
    top.axhline(0, color=COLOURS["unchanged"], lw=0.8)
    top.set_ylabel(f"Change in {outcome.label},\n{outcome.unit} / number of items", fontsize=8)
    top.set_xlim(-0.7, len(points) - 0.3)
    top.tick_params(axis="x", length=0)
    top.tick_params(axis="y", labelsize=7.5)
    top.plot([], [], "D-", color=COLOURS["better"], ms=4.5, lw=1.6, label="Primary analysis")
    top.legend(loc="lower right", fontsize=7.5)
    _draw_options(bottom, points, options, colours)
    return figure, _describe_specification(points, outcome, options)


def label_option(name):
    """Return the words for an option of a specification."""
    return _OPTIONS.get(name) or label_part(name)


def _rank(name):
    return list(_OPTIONS).index(name) if name in _OPTIONS else len(_OPTIONS)


def _draw_options(axes, points, options, colours):
    ticks, labels, place = [], [], 0
    for dimension, names in options.items():
        beside = {"transform": axes.get_yaxis_transform(), "ha": "right", "va": "center"}
        axes.text(-0.01, place, HEADINGS[dimension], fontsize=7, weight="bold", **beside)
        place += 1
        for name in names:
            ticks.append(place)
            labels.append(label_option(name))
            axes.axhline(place, color=COLOURS["grey"], lw=0.4, zorder=0)
            chosen = [k for k, led in enumerate(points[dimension]) if name in led]
            axes.scatter(chosen, [place] * len(chosen), s=14, color=[colours[k] for k in chosen])
            place += 1
    axes.set_yticks(ticks, labels, fontsize=7)
    axes.set_ylim(place - 0.3, -0.7)
    axes.set_xticks([])
    axes.tick_params(length=0)
    for side in ("left", "bottom"):
        axes.spines[side].set_visible(False)


def _describe_specification(points, outcome, options):
    varied = ", ".join(HEADINGS[name].lower() for name in DIMENSIONS if name in options)
    if points.empty:
        return f"No specification of {outcome.label} gives an interval."
    low, high = (format_number(points["estimate"].agg(end), 2) for end in ("min", "max"))
    reach = (
        f"All estimates are {low}" if low == high else f"The estimates reach from {low} to {high}"
    )
    return (
        f"Estimates of the change in {outcome.label} with intervals, sorted, one for each distinct "
        f"answer; varied: {varied or 'nothing that could differ'}. {reach} {outcome.unit} per "
        "item. All reuse the same participants."
    )


def draw_leave_one_out(results: pd.DataFrame, study: Study) -> Drawing:
    """Draw a panel per outcome: a dot without each participant, a line for all of them."""
    people = sorted(set(results.loc[_is_without(results), "group"]))
    height = 0.95 + 0.14 * len(people)
    shared = {"sharey": True, "layout": "constrained"}
    figure, panels = lay_out_grid(len(study.outcomes), _COLUMNS, height, **shared)
    # Room for the mark of simulated data below the last row.
    figure.get_layout_engine().set(rect=(0, 0.03, 1, 0.97), h_pad=0.06, w_pad=0.08)
    for axes, outcome in zip(panels, study.outcomes, strict=True):
        _draw_panel(axes, results, outcome, people)
    for axes in panels[::_COLUMNS]:
        axes.set_ylabel("Without", fontsize=8)
    return figure, _describe_without(results, study)


def _draw_panel(axes, results, outcome, people):
    import seaborn

    start = f"sensitivity.{outcome.name}"
    without = results[_is_without(results) & (results["outcome"] == outcome.name)]
    whole = results.set_index("result_id")["value"][f"{start}.primary.hl"]
    axes.axvline(0, color=COLOURS["grey"], lw=0.9)
    axes.axvline(whole, color=COLOURS["better"], lw=1.4)
    seaborn.stripplot(
        without, x="value", y="group", order=people, jitter=False, size=4, color="black", ax=axes
    )
    axes.set_ylabel("")
    axes.tick_params(labelsize=7, length=2)
    axes.locator_params(axis="x", nbins=4)
    axes.set_title(outcome.label, fontsize=8.5, loc="left", weight="bold")
    axes.set_xlabel(f"Change, {outcome.unit}", fontsize=7.5)


def _is_without(results):
    return results["result_id"].str.contains(".without.", regex=False)


def _describe_without(results, study):
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
