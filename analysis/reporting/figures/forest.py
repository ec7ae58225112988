"""The estimates of all outcomes with their exact intervals, each on its own scale."""

import math
from typing import TYPE_CHECKING, Any

import pandas as pd

from analysis.reporting.figure import COLOURS, MANY, Drawing, draw_boxes, note_many, use_style
from analysis.reporting.figures.slopes import (
    STYLES,
    draw_interval,
    find_interval,
    name_directions,
    name_marks,
)
from analysis.reporting.table import print_estimate, print_level
from analysis.results import find_text, name_kind
from analysis.statistics.populations import select_pairs
from analysis.study import Outcome, Study

if TYPE_CHECKING:
    from matplotlib.axes import Axes

TINT = "#E8F1F8"
# What the two arrows above the strips do not show about an outcome, by its direction.
_SIDES = {-1: "", 0: "; neither is better", 1: "; axis turned round"}


def draw_forest(pairs: pd.DataFrame, results: pd.DataFrame, study: Study, *, visit: str) -> Drawing:
    """Draw each outcome's estimate, interval and changes on a separate strip.

    Outcomes have different units, so there is no common scale. Zero is in the middle of every
    strip, and the better direction is on its left, tinted; if neither direction is better,
    nothing is tinted.

    It takes the `pairs` of one population and `results` as
    `analysis.statistics.efficacy.summarise_efficacy` returns them.
    """
    count = len(study.outcomes)
    shape = {"figsize": (7.2, 0.72 * count + 0.9), "squeeze": False}
    figure, grid = use_style().subplots(count, 1, **shape)
    figure.subplots_adjust(left=0.25, right=0.70, top=0.93, bottom=0.09, hspace=1.15)
    seen: set[str] = set()
    most, kind = 0, name_kind(results, "hl_low")
    for axes, outcome in zip(grid[:, 0], study.outcomes, strict=True):
        chosen = select_pairs(pairs, outcome.name, visit=visit)
        most = max(most, len(chosen))
        seen |= set(_draw_strip(axes, chosen, results, outcome))
    name_marks(figure, seen)
    top = grid[0, 0]
    for place, text, side in (
        (-0.02, "Outcome, unit", "right"),
        (0.02, "\N{LEFTWARDS ARROW} better", "left"),
        (0.98, "worse \N{RIGHTWARDS ARROW}", "right"),
        (1.04, f"Estimate ({kind} interval)", "left"),
    ):
        top.text(place, 1.35, text, transform=top.transAxes, ha=side, fontsize=8, weight="bold")
    estimates = "; ".join(f"{o.label} {print_estimate(results, o)}" for o in study.outcomes)
    return figure, (
        f"Hodges-Lehmann estimates of the change to {study.visit(visit).label.lower()} with {kind} "
        f"intervals, an outcome a row, each on its own scale. {estimates}."
        f"{note_many(figure, most)}"
    )


def _draw_strip(
    axes: "Axes", pairs: pd.DataFrame, results: pd.DataFrame, outcome: Outcome
) -> list[str]:
    """Draw one outcome, and return the directions of the changes that are drawn."""
    interval = find_interval(results, outcome)
    limits = [interval[0], interval[2], *pairs["change"]]
    reach = 1.12 * max([0, *(abs(each) for each in limits if math.isfinite(each))]) or 1.0
    # The axis is reversed if higher is better, so that better is on the left everywhere.
    left, right = (reach, -reach) if outcome.direction > 0 else (-reach, reach)
    axes.set(xlim=(left, right), ylim=(-1, 1.15), yticks=[])
    if outcome.direction:
        axes.axvspan(left, 0, color=TINT, lw=0)
    axes.axvline(0, color=COLOURS["unchanged"], lw=0.9)
    drawn = _draw_dots(axes, pairs, outcome, reach)
    draw_interval(axes, interval, y=0.75, size=5.5)
    axes.spines["left"].set_visible(False)
    axes.tick_params(labelsize=7, length=2, pad=2)
    beside: dict[str, Any] = {"transform": axes.transAxes, "va": "center", "fontsize": 8}
    name = f"{outcome.label}\n{outcome.unit}{_SIDES[outcome.direction]}"
    axes.text(-0.02, 0.5, name, ha="right", **beside)
    level = print_level(results, outcome)
    n_pairs = find_text(results, f"efficacy.{outcome.name}.n_pairs")
    estimate = f"{print_estimate(results, outcome)}\n{f'{level}, ' if level else ''}n = {n_pairs}"
    axes.text(1.04, 0.5, estimate, **beside)
    return drawn


def _draw_dots(axes: "Axes", pairs: pd.DataFrame, outcome: Outcome, reach: float) -> list[str]:
    """Draw every participant's change below the interval; those that would overlap are stacked."""
    if len(pairs) > MANY:
        draw_boxes(axes, {-0.4: pairs["change"]}, across=True)
        return []
    ordered = pairs.sort_values(["change", "participant_id"], kind="stable")
    changes = ordered["change"].to_numpy()
    near = [(abs(changes[:k] - change) < 0.035 * reach).sum() for k, change in enumerate(changes)]
    levels = -0.75 + min(0.3, 1.2 / max([1, *near])) * pd.Series(near, dtype="float64")
    directions = name_directions(ordered, outcome.difference_decimals)
    for change, level, name in zip(changes, levels, directions, strict=True):
        axes.plot(change, level, ms=4, mec="white", mew=0.4, clip_on=False, **STYLES[name])
    return directions
