"""The primary outcome under every combination of choices, each distinct answer once."""

from analysis.reporting.figure import COLOURS, use_style
from analysis.reporting.labels import label_part
from analysis.results import format_number
from analysis.statistics.specification import DIMENSIONS, list_options

HEADINGS = {
    "variant": "Scoring",
    "population": "Population",
    "events": "Intercurrent events",
    "missing": "Missing follow-up",
    "summary": "Estimate and interval",
}
OPTIONS = {
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


def draw_specification(points, outcome, *, population):
    """Draw the specification curve: estimates with intervals above, what led to them below.

    Parameters
    ----------
    points : pandas.DataFrame
        As `analysis.statistics.specification.collapse_specifications` returns it.
    outcome : analysis.study.Outcome
    population : str
        Of the primary analysis, which is drawn in colour.

    Returns
    -------
    tuple
        The figure and its alternative text.
    """
    plt = use_style()
    options = {
        dimension: sorted(names, key=lambda name: (name != population, _rank(name)))
        for dimension, names in list_options(points).items()
    }
    n_rows = sum(len(names) for names in options.values()) + len(options)
    figure, (top, bottom) = plt.subplots(
        2,
        1,
        figsize=(7.2, 2.8 + 0.17 * n_rows),
        sharex=True,
        height_ratios=(2.4, max(0.17 * n_rows, 0.3)),
        layout="constrained",
    )
    # Room for the mark of simulated data below the last row.
    figure.get_layout_engine().set(rect=(0, 0.03, 1, 0.97))
    colours = [COLOURS["better" if own else "unchanged"] for own in points["is_primary"]]
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
    return figure, _describe(points, outcome, options)


def label_option(name):
    """Return the words for an option of a specification."""
    return OPTIONS.get(name) or label_part(name)


def _rank(name):
    return list(OPTIONS).index(name) if name in OPTIONS else len(OPTIONS)


def _draw_options(axes, points, options, colours):
    ticks, labels, place = [], [], 0
    for dimension, names in options.items():
        axes.text(
            -0.01,
            place,
            HEADINGS[dimension],
            transform=axes.get_yaxis_transform(),
            ha="right",
            va="center",
            fontsize=7,
            weight="bold",
        )
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


def _describe(points, outcome, options):
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
