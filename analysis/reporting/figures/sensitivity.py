"""How much the choices of the analysis, and single participants, move the estimates."""

from typing import TYPE_CHECKING

import pandas as pd

from analysis.reporting.figure import (
    COLOURS,
    MANY,
    Drawing,
    draw_boxes,
    lay_out_grid,
    note_many,
    use_style,
)
from analysis.reporting.table import label_part
from analysis.results import NOT_ESTIMABLE, find_text, format_number
from analysis.statistics.checks import APPROXIMATE_ABOVE
from analysis.statistics.specification import DIMENSIONS, list_options
from analysis.study import Outcome, Study

if TYPE_CHECKING:
    from matplotlib.axes import Axes

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
    "hodges_lehmann": "Hodges-Lehmann, {kind}",
    "mean_t": "Mean, t",
}
_COLUMNS = 3


def draw_specification(points: pd.DataFrame, outcome: Outcome, *, population: str) -> Drawing:
    """Draw the specification curve: estimates with intervals above, their specifications below.

    Parameters
    ----------
    points
        As `analysis.statistics.specification.collapse_specifications` returns it.
    population
        The population of the primary analysis, which is drawn in colour.
    """
    import seaborn

    options = {
        dimension: sorted(names, key=lambda name: (name != population, _rank(name)))
        for dimension, names in list_options(points).items()
    }
    n_rows = sum(len(names) for names in options.values()) + len(options)
    size = {"figsize": (7.2, 2.8 + 0.17 * n_rows)}
    size["height_ratios"] = (2.4, max(0.17 * n_rows, 0.3))
    shared = {"sharex": True, "layout": "constrained"}
    figure, (top, bottom) = use_style().subplots(2, 1, **shared, **size)
    kinds = points["is_primary"].map({True: "Primary analysis", False: "Others"})
    points = points.assign(place=range(len(points)), kind=kinds)
    palette = {"Primary analysis": COLOURS["better"], "Others": COLOURS["unchanged"]}
    if len(points):
        seaborn.pointplot(
            points.melt(["place", "kind"], ["low", "estimate", "high"], value_name="change"),
            x="place",
            y="change",
            hue="kind",
            palette={kind: palette[kind] for kind in kinds.unique()},
            # The estimate is the median of low end, estimate and high end.
            estimator="median",
            errorbar=("pi", 100),
            linestyle="none",
            markers="D",
            markersize=4.5,
            err_kws={"linewidth": 1.6},
            ax=top,
        )
        top.legend(loc="lower right", fontsize=7.5)
        _draw_options(bottom, points, options, palette)
    else:
        words = {"ha": "center", "va": "center", "transform": top.transAxes}
        top.text(0.5, 0.7, "No combination has an interval", **words)
        bottom.set_axis_off()
    top.axhline(0, color=COLOURS["unchanged"], lw=0.8)
    top.set_ylabel(f"Change in {outcome.label},\n{outcome.unit} / number of items", fontsize=8)
    top.set_xlim(-0.7, len(points) - 0.3)
    top.tick_params(axis="x", length=0)
    top.tick_params(axis="y", labelsize=7.5)
    return figure, _describe_specification(points, outcome, options)


def label_option(name: str) -> str:
    """Return the label of an option of a specification."""
    return _OPTIONS.get(name) or label_part(name)


def _rank(name: str) -> int:
    return list(_OPTIONS).index(name) if name in _OPTIONS else len(_OPTIONS)


def _draw_options(
    axes: "Axes", points: pd.DataFrame, options: dict[str, list[str]], palette: dict[str, str]
) -> None:
    import seaborn

    rows: dict[tuple[str, str], str] = {}
    kind = "approximate" if points["n"].max() > APPROXIMATE_ABOVE else "exact"
    for dimension, names in options.items():
        rows |= {(dimension, ""): HEADINGS[dimension]}
        rows |= {(dimension, name): label_option(name).format(kind=kind) for name in names}
    led = points.melt(["place", "kind"], list(options), "dimension", "name").explode("name")
    levels = [list(rows).index(key) for key in zip(led["dimension"], led["name"], strict=True)]
    dots = {"hue": led["kind"], "palette": palette, "s": 20, "legend": False}
    seaborn.scatterplot(x=led["place"], y=levels, ax=axes, **dots)
    axes.set_yticks(range(len(rows)), rows.values(), fontsize=7)
    for level, ((_, name), label) in enumerate(zip(rows, axes.get_yticklabels(), strict=True)):
        label.set_fontweight("normal" if name else "bold")
        if name:
            axes.axhline(level, color=COLOURS["grey"], lw=0.4, zorder=0)
    axes.set(xlabel="", ylabel="")
    axes.set_ylim(len(rows) - 0.3, -0.7)
    axes.set_xticks([])
    axes.tick_params(length=0)
    axes.spines[["left", "bottom"]].set_visible(False)


def _describe_specification(
    points: pd.DataFrame, outcome: Outcome, options: dict[str, list[str]]
) -> str:
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
    """Draw a panel per outcome: a dot for each participant left out, a line for all of them."""
    left_out = results[results["result_id"].str.contains(".without.", regex=False)]
    people = sorted(set(left_out["group"]))
    rows = len(people) if len(people) <= MANY else 3
    shared = {"sharey": True, "layout": "constrained"}
    count = len(study.outcomes)
    figure, panels = lay_out_grid(count, _COLUMNS, 0.95 + 0.14 * rows, **shared)
    figure.get_layout_engine().set(h_pad=0.06, w_pad=0.08)
    for axes, outcome in zip(panels, study.outcomes, strict=True):
        without = left_out[left_out["outcome"] == outcome.name]
        whole = results.set_index("result_id")["value"][f"sensitivity.{outcome.name}.primary.hl"]
        _draw_panel(axes, without, whole, outcome, people)
    for axes in panels[::_COLUMNS]:
        axes.set_ylabel("Without", fontsize=8)
    note = note_many(figure, len(people))
    return figure, _describe_without(results, study) + note


def _draw_panel(
    axes: "Axes", without: pd.DataFrame, whole: float, outcome: Outcome, people: list[str]
) -> None:
    import seaborn

    axes.axvline(0, color=COLOURS["grey"], lw=0.9)
    axes.axvline(whole, color=COLOURS["better"], lw=1.4, zorder=2.1)
    if len(people) > MANY:
        draw_boxes(axes, {0: without["value"].dropna()}, across=True)
        axes.set_yticks([0], ["each in turn"])
    else:
        dots = {"order": people, "jitter": False, "size": 4, "color": "black"}
        seaborn.stripplot(without, x="value", y="group", ax=axes, **dots)
    axes.set_ylabel("")
    axes.tick_params(labelsize=7, length=2)
    axes.locator_params(axis="x", nbins=4)
    axes.set_title(outcome.label, fontsize=8.5, loc="left", weight="bold")
    axes.set_xlabel(f"Change, {outcome.unit}", fontsize=7.5)


def _describe_without(results: pd.DataFrame, study: Study) -> str:
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
