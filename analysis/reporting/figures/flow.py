"""The flow diagram, drawn from the results."""

import textwrap
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from analysis.describe.flow import LOSSES
from analysis.reporting.figure import Drawing, use_style
from analysis.results import find_text
from analysis.study import Study

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Inches: the page is 6.5 wide; the main column is on the left, the losses on its right.
WIDTH, LINE, PAD, GAP = 6.5, 0.165, 0.09, 0.26
MAIN, SIDE = (0.05, 3.1), (3.65, 2.8)
EDGE: dict[str, Any] = {"edgecolor": "#333333", "linewidth": 0.8}
ARROW = {"arrowstyle": "-|>", "color": "#333333", "linewidth": 0.8}
INDENT = "\N{EM SPACE}"
# Lines in a box.
_MOST = 30
_STEPS = (
    ("screened", "Screened", "not_enrolled"),
    ("enrolled", "Enrolled", "not_harvested"),
    ("procedure_safety", "Anaesthesia started", "not_injected"),
    ("product_safety", "Injected", "discontinued"),
)


def draw_flow(results: pd.DataFrame, study: Study, *, followup_visit: str) -> Drawing:
    """Draw the flow of participants from screening to the analysis of every outcome.

    It takes `results` with the rows of `analysis.describe.flow.describe_flow`.

    Returns
    -------
    alt
        The same flow in words.
    """

    def text(stage: str, statistic: str = "n") -> str:
        return find_text(results, f"flow.{stage}.{statistic}")

    stages = [
        ([f"{label}: {text(stage)}"], _print_loss(loss, LOSSES[loss], text))
        for stage, label, loss in _STEPS
    ]
    held = [visit for visit in study.visits if visit.day is not None and visit.day > 0]
    attended = [f"{v.label}: {text(v.name, 'n_attended')}" for v in held]
    absent = [
        f"{v.label} not attended: {text(v.name, 'reasons')}"
        for v in held
        if text(v.name, "n_missed") != "0"
    ]
    followup = study.visit(followup_visit)
    in_window = f"{followup.label} in its window: {text(followup_visit, 'n_in_window')}"
    stages.append((["Visits attended", *attended], [*absent, in_window]))
    analysed = [f"{o.label}: {text(o.name, 'n_analysed')}" for o in study.outcomes]
    missing = [
        f"{outcome.label} not analysed: {text(outcome.name, 'reasons')}"
        for outcome in study.outcomes
        if text(outcome.name, "n_not_analysed") != "0"
    ]
    excluded = _print_loss("not_per_protocol", LOSSES["not_per_protocol"], text)
    stages.append(([f"Analysed at {followup.label}", *analysed], [*missing, *excluded]))
    figure = _draw_boxes(stages)
    alt = " ".join(f"{'; '.join(main)}. {'; '.join(side)}." for main, side in stages)
    return figure, f"Flow diagram from the top down. {alt}"


def _print_loss(stage: str, label: str, text: Callable[..., str]) -> list[str]:
    head = f"{label}: {text(stage)}"
    return [head] if text(stage) == "0" else [head, text(stage, "reasons")]


def _wrap(side: list[str]) -> list[str]:
    """Break lines wider than a box; lines for which it has no room are only in the table."""
    lines = [part for line in side for part in textwrap.wrap(line, 38, subsequent_indent=INDENT)]
    return lines if len(lines) <= _MOST else [*lines[: _MOST - 1], "too many to show singly"]


def _draw_boxes(stages: Sequence[tuple[list[str], list[str]]]) -> "Figure":
    plt = use_style()
    stages = [(main, _wrap(side)) for main, side in stages]
    heights = [max(len(main), len(side)) * LINE + 2 * PAD for main, side in stages]
    height = sum(heights) + GAP * (len(stages) - 1) + 0.1
    figure = plt.figure(figsize=(WIDTH, height))
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set(xlim=(0, WIDTH), ylim=(0, height))
    axes.axis("off")
    centre = MAIN[0] + MAIN[1] / 2
    top = height - 0.05
    for number, (main, side) in enumerate(stages):
        box = len(main) * LINE + 2 * PAD
        middle = top - heights[number] / 2
        _draw_box(axes, MAIN, middle, box, main, face="#F2F6FA")
        _draw_box(axes, SIDE, middle, len(side) * LINE + 2 * PAD, side, face="white")
        axes.plot([MAIN[0] + MAIN[1], SIDE[0]], [middle, middle], color="#333333", linewidth=0.8)
        if number + 1 < len(stages):
            below = top - heights[number] - GAP
            main_below = len(stages[number + 1][0]) * LINE + 2 * PAD
            end = below - heights[number + 1] / 2 + main_below / 2
            start = (centre, middle - box / 2)
            axes.annotate("", xy=(centre, end), xytext=start, arrowprops=ARROW)
        top -= heights[number] + GAP
    return figure


def _draw_box(
    axes: "Axes",
    column: tuple[float, float],
    middle: float,
    height: float,
    lines: list[str],
    *,
    face: str,
) -> None:
    from matplotlib.patches import Rectangle

    left, width = column
    corner = (left, middle - height / 2)
    axes.add_patch(Rectangle(corner, width, height, facecolor=face, **EDGE))
    for number, line in enumerate(lines):
        y = middle + height / 2 - PAD - (number + 0.5) * LINE
        weight = "bold" if number == 0 and face != "white" else "normal"
        axes.text(left + 0.1, y, line, va="center", weight=weight)
