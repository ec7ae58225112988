"""Every participant's score in every outcome, between the limits of its scale."""

import math

import numpy as np

from analysis.reporting.figure import COLOURS, use_style

COLUMNS = 3
SPREAD = 0.28


def draw_distributions(scores, study):
    """Draw the primary scores at each visit, with those at a limit of the scale marked.

    Parameters
    ----------
    scores : pandas.DataFrame
        The table of that name.
    study : analysis.study.Study

    Returns
    -------
    tuple
        The figure and its alternative text.
    """
    plt = use_style()
    whole = scores[(scores["component"] == "total") & (scores["variant"] == "primary")]
    whole = whole[whole["score"].notna()]
    rows = math.ceil(len(study.outcomes) / COLUMNS)
    figure, grid = plt.subplots(
        rows, COLUMNS, figsize=(7.2, 2.3 * rows), squeeze=False, layout="constrained"
    )
    # The foot of the figure stays free for the mark of simulated data.
    figure.get_layout_engine().set(rect=(0, 0.025, 1, 0.975))
    for axes in grid.flat[len(study.outcomes) :]:
        axes.set_visible(False)
    limited = []
    for axes, outcome in zip(grid.flat, study.outcomes, strict=False):
        own = whole[whole["outcome"] == outcome.name]
        if _draw_outcome(axes, own, outcome, study):
            limited.append(outcome.label)
    reached = ", ".join(limited) if limited else "none of the outcomes"
    alt = (
        "Small plots, one per registered outcome, with a point for each participant's score at "
        "each visit and dashed lines at the limits of the scale. Scores at a limit, drawn as "
        f"triangles, occur in {reached}."
    )
    return figure, alt


def _draw_outcome(axes, scores, outcome, study):
    low, high = outcome.range
    visits = [visit for visit in study.visits if (scores["visit"] == visit.name).any()]
    for limit in outcome.range:
        axes.axhline(limit, color=COLOURS["unchanged"], lw=0.8, ls="--")
    for place, visit in enumerate(visits):
        values = np.sort(scores.loc[scores["visit"] == visit.name, "score"].to_numpy())
        across = place + np.linspace(-SPREAD, SPREAD, len(values)) * (len(values) > 1)
        limits = (
            (values <= low, "v"),
            (values >= high, "^"),
            ((values > low) & (values < high), "o"),
        )
        for chosen, marker in limits:
            colour = COLOURS["better"] if marker == "o" else COLOURS["worse"]
            axes.plot(
                across[chosen], values[chosen], marker, color=colour, ms=4.5, mec="white", mew=0.4
            )
        middle = np.median(values)
        axes.plot((place - SPREAD, place + SPREAD), (middle, middle), color="black", lw=1)
    margin = 0.06 * (high - low)
    axes.set_ylim(low - margin, high + margin)
    axes.set_xlim(-0.6, max(len(visits), 1) - 0.4)
    axes.set_xticks(range(len(visits)), [visit.label for visit in visits], fontsize=6.5)
    axes.tick_params(axis="y", labelsize=7.5)
    axes.set_title(outcome.label, fontsize=8.5, loc="left", weight="bold")
    axes.set_ylabel(outcome.unit, fontsize=7.5)
    return bool(((scores["score"] <= low) | (scores["score"] >= high)).any())
