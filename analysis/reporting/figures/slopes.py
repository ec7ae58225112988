"""Draw every participant's line from baseline to follow-up on one pair of axes."""

from collections.abc import Collection
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from analysis.reporting.figure import COLOURS, MANY, add_key, draw_boxes
from analysis.results import UNBOUNDED
from analysis.statistics.checks import round_differences
from analysis.study import Outcome

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


# Colour and marker both show the direction, so that either is enough.
STYLES: dict[str, dict[str, Any]] = {
    "lower": {"color": COLOURS["accent"], "marker": "v"},
    "equal": {"color": COLOURS["unchanged"], "marker": "D"},
    "higher": {"color": COLOURS["contrast"], "marker": "^"},
}


def name_directions(pairs: pd.DataFrame, decimals: int) -> list[str]:
    """Return for each pair whether the follow-up is lower, equal or higher, once rounded."""
    changes = round_differences(pairs["change"], decimals=decimals)
    return [tuple(STYLES)[int(np.sign(change)) + 1] for change in changes]


def shorten_ids(participants: pd.Series) -> list[str]:
    """Return the ids without their common prefix, up to the last hyphen."""
    prefixes = {name.rpartition("-")[0] for name in participants}
    return [name.rpartition("-")[2] if len(prefixes) == 1 else name for name in participants]


def draw_slopes(
    axes: "Axes",
    pairs: pd.DataFrame,
    visits: tuple[str, ...],
    *,
    decimals: int,
    size: float = 4.5,
) -> None:
    """Draw a line per participant, labelled at its right end; more than fifteen cannot be read.

    Parameters
    ----------
    pairs
        Pairs of one score, sorted by participant.
    size
        Size of the markers, points.
    """
    import seaborn

    label = axes.get_ylabel()
    scores = pairs.assign(direction=name_directions(pairs, decimals)).melt(
        ["participant_id", "direction"], ["baseline", "followup"], "visit", "score"
    )
    if len(pairs) > MANY:
        draw_boxes(axes, {0: pairs["baseline"], 1: pairs["followup"]})
    elif len(pairs):
        seaborn.lineplot(
            scores,
            x="visit",
            y="score",
            units="participant_id",
            estimator=None,
            hue="direction",
            palette={name: style["color"] for name, style in STYLES.items()},
            style="direction",
            markers={name: style["marker"] for name, style in STYLES.items()},
            dashes=False,
            legend=False,
            ax=axes,
            lw=1.3,
            ms=size,
            mec="white",
            mew=0.6,
            clip_on=False,
        )
    axes.set(xlabel="", ylabel=label)
    axes.set_xticks((0, 1), visits)
    axes.set_xlim(-0.3 if len(pairs) > MANY else -0.12, 1.3)
    axes.margins(y=0.08)
    if 0 < len(pairs) <= 15:
        _label_ends(axes, pairs, size)


def _label_ends(axes: "Axes", pairs: pd.DataFrame, size: float) -> None:
    from matplotlib.collections import LineCollection

    values = pairs["followup"].to_numpy()
    height = axes.get_window_extent().height * 72 / axes.figure.dpi
    step = np.ptp(axes.get_ylim()) * (size + 3.2) / height
    places = spread_out(values, step)
    for name, place in zip(shorten_ids(pairs["participant_id"]), places, strict=True):
        axes.text(1.12, place, name, fontsize=size + 2, va="center", color="#333333")
    leaders = [((1.04, value), (1.11, place)) for value, place in zip(values, places, strict=True)]
    lines = LineCollection(leaders, linewidths=0.4, colors="#999999", clip_on=False)
    axes.add_collection(lines, autolim=False)


def spread_out(values: ArrayLike, step: float) -> np.ndarray:
    """Move values apart, as little as possible, so that neighbours are at least a step apart.

    Returns
    -------
    numpy.ndarray
        In the order of `values`.
    """
    from scipy.optimize import isotonic_regression

    given = np.asarray(values, dtype=float)
    order = np.argsort(given, kind="stable")
    steps = step * np.arange(len(order))
    places = np.empty(len(order))
    # Labels that would touch share their mean displacement.
    places[order] = isotonic_regression(given[order] - steps).x + steps
    return places


def find_interval(results: pd.DataFrame, outcome: Outcome) -> tuple[float, float, float]:
    """Return low end, estimate and high end of an outcome's exact interval.

    An end that deaths leave unbounded is infinite.
    """
    rows = results.set_index("result_id")

    def find_end(name: str, beyond: float) -> float:
        result_id = f"efficacy.{outcome.name}.{name}"
        unbounded = rows["text"][result_id] == UNBOUNDED
        return beyond if unbounded else float(rows["value"][result_id])

    return find_end("hl_low", -np.inf), find_end("hl", np.nan), find_end("hl_high", np.inf)


def draw_interval(
    axes: "Axes", interval: tuple[float, float, float], *, y: float, size: float
) -> None:
    """Draw an interval with its estimate at height `y`, with an arrow at an unbounded end."""
    low, estimate, high = interval
    left, right = axes.get_xlim()
    ends = [low, high]
    for nth, end in enumerate(ends):
        if np.isinf(end):
            ends[nth], arrow = (left, "<") if (end < 0) == (left < right) else (right, ">")
            axes.plot(ends[nth], y, arrow, color="black", ms=size, clip_on=False)
    axes.plot(ends, (y, y), color="black", lw=2, solid_capstyle="butt")
    axes.plot(estimate, y, "D", color="black", ms=size)


def name_marks(figure: "Figure", seen: Collection[str]) -> None:
    """Add a key below a figure with the directions that occur in it."""
    marks = {
        f"{name.capitalize()} at follow-up": {"ms": 6, "mec": "white", **style}
        for name, style in STYLES.items()
        if name in seen
    }
    add_key(figure, marks)
