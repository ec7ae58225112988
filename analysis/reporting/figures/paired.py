"""Every participant's line: all outcomes as small multiples, or a single one in a large figure."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd

from analysis.reporting.figure import (
    COLOURS,
    MANY,
    Drawing,
    draw_boxes,
    lay_out_grid,
    make_figure_printable,
    note_many,
    use_style,
)
from analysis.reporting.figures.slopes import (
    STYLES,
    draw_interval,
    draw_slopes,
    find_interval,
    name_directions,
    name_marks,
    shorten_ids,
)
from analysis.reporting.table import print_estimate, print_level
from analysis.results import find_text
from analysis.statistics.populations import select_pairs
from analysis.study import Outcome, Study

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

COLUMNS = 3
# With more participants, the names beside the changes would overlap.
_LEGIBLE = 25


def draw_paired(pairs: pd.DataFrame, results: pd.DataFrame, study: Study, *, visit: str) -> Drawing:
    """Draw every participant's baseline and follow-up in every registered outcome.

    It takes the `pairs` of one population and `results` as
    `analysis.statistics.efficacy.summarise_efficacy` returns them.
    """
    figure, panels = lay_out_grid(len(study.outcomes), COLUMNS, 2.75)
    drawn = []
    for axes, outcome in zip(panels, study.outcomes, strict=True):
        better = ", higher better" if outcome.better == "higher" else ""
        text = f"{outcome.unit}{better}; change {print_estimate(results, outcome)}"
        axes.set_title(outcome.label, fontsize=8.5, loc="left", weight="bold", pad=17)
        axes.text(0, 1.04, text, transform=axes.transAxes, fontsize=7)
        axes.tick_params(labelsize=7.5)
        chosen = select_pairs(pairs, outcome.name, visit=visit)
        drawn.append((axes, chosen, outcome.difference_decimals))
    visits = label_visits(study, visit)
    note = _draw_lines(figure, drawn, visits, size=4.5, h_pad=1.6, w_pad=1.2)
    counts = "; ".join(f"{outcome.label}: {_count(results, outcome)}" for outcome in study.outcomes)
    return figure, (
        f"Small plots, one per registered outcome, with a line per participant from "
        f"{visits[0].lower()} to {visits[1].lower()}. {counts}.{note}"
    )


def draw_primary(
    pairs: pd.DataFrame, results: pd.DataFrame, study: Study, *, visit: str
) -> Drawing:
    """Draw the primary outcome: every participant's line, and the changes with the estimate."""
    outcome = next(outcome for outcome in study.outcomes if outcome.role == "primary")
    chosen = select_pairs(pairs, outcome.name, visit=visit)
    shape = {"figsize": (7.2, 3.9), "width_ratios": (1, 1.25)}
    figure, (left, right) = use_style().subplots(1, 2, **shape)
    left.set_ylabel(f"{outcome.label} ({outcome.unit})")
    left.set_title("Every pair", loc="left", weight="bold")
    _draw_changes(right, chosen, results, outcome)
    visits = label_visits(study, visit)
    drawn = [(left, chosen, outcome.difference_decimals)]
    note = _draw_lines(figure, drawn, visits, size=6, w_pad=2.5)
    n = find_text(results, f"efficacy.{outcome.name}.n_pairs")
    if n == "0":
        return figure, f"Nobody had {outcome.label} at both visits, so that no line is drawn."
    return figure, (
        f"{outcome.label} of {n} {'participant' if n == '1' else 'participants'}, a line each from "
        f"{visits[0].lower()} to {visits[1].lower()}, and their changes in order of size. "
        f"{_count(results, outcome)}. Estimated change {print_estimate(results, outcome)}.{note}"
    )


def _draw_lines(
    figure: "Figure",
    drawn: Sequence[tuple["Axes", pd.DataFrame, int]],
    visits: tuple[str, str],
    *,
    size: float,
    **pads: float,
) -> str:
    """Fix the layout, and then draw the pairs of each axes, whose labels depend on it."""
    make_figure_printable(figure)
    figure.tight_layout(rect=(0, 0.3 / figure.get_figheight(), 1, 1), **pads)
    seen: set[str] = set()
    for axes, pairs, decimals in drawn:
        draw_slopes(axes, pairs, visits, decimals=decimals, size=size)
        seen |= set(name_directions(pairs, decimals)) if len(pairs) <= MANY else set()
    name_marks(figure, seen)
    return note_many(figure, max(len(pairs) for _, pairs, _ in drawn))


def _draw_changes(
    axes: "Axes", pairs: pd.DataFrame, results: pd.DataFrame, outcome: Outcome
) -> None:
    ordered = pairs.sort_values(["change", "participant_id"], kind="stable")
    names = shorten_ids(ordered["participant_id"])
    axes.axvline(0, color=COLOURS["unchanged"], lw=0.8)
    if len(names) > MANY:
        draw_boxes(axes, {0: ordered["change"]}, across=True)
        names = ["Changes"]
    else:
        directions = name_directions(ordered, outcome.difference_decimals)
        changes = zip(ordered["change"], directions, strict=True)
        for place, (change, direction) in enumerate(changes):
            look = STYLES[direction] | {"lw": 1.3, "ms": 7, "mec": "white", "mew": 0.6}
            axes.plot((change, 0), (place, place), markevery=[0], clip_on=False, **look)
    if len(names) > _LEGIBLE:
        axes.set_yticks([-1.6], ["Estimate"])
    else:
        axes.set_yticks([-1.6, *range(len(names))], ["Estimate", *names])
    axes.set_ylim(len(names) - 0.4, -2.4)
    axes.set_xlabel(f"Change from baseline ({outcome.unit})")
    axes.set_title("Changes and their estimate", loc="left", weight="bold")
    draw_interval(axes, find_interval(results, outcome), y=-1.6, size=6)
    level = print_level(results, outcome)
    text = f"{print_estimate(results, outcome)}{f', {level}' if level else ''}"
    box = {"facecolor": "white", "edgecolor": "none", "pad": 1}
    beside = ("axes fraction", "data")
    axes.annotate(text, (0.5, -2.1), fontsize=8, ha="center", bbox=box, xycoords=beside)
    axes.margins(x=0.08)


def label_visits(study: Study, visit: str) -> tuple[str, str]:
    """Return the labels of baseline and of a visit."""
    return study.visit(study.analysis.baseline_visit.value).label, study.visit(visit).label


def _count(results: pd.DataFrame, outcome: Outcome) -> str:
    score = f"efficacy.{outcome.name}"
    if find_text(results, f"{score}.n_pairs") == "0":
        return "nobody had both scores"
    counted = {"decreased": "lower", "unchanged": "equal", "increased": "higher"}
    if outcome.has_error:
        counted = {name: name for name in ("improved", "unchanged", "worse")}
    texts = (f"{find_text(results, f'{score}.n_{name}')} {word}" for name, word in counted.items())
    return ", ".join(texts)


def draw_pairs(
    pairs: pd.DataFrame,
    *,
    label: str = "Score",
    unit: str = "",
    visits: tuple[str, str] = ("Baseline", "Follow-up"),
    decimals: int = 6,
    participant: str = "",
) -> Drawing:
    """Draw a line from baseline to follow-up for every participant.

    Parameters
    ----------
    pairs
        One row per participant: `participant_id`, `baseline`, `followup`; rows without both
        scores are left out.
    decimals
        The precision of the scores.
    participant
        The participant whose line has a halo.

    Examples
    --------
    >>> import pandas as pd
    >>> from analysis import draw_pairs
    >>> pairs = pd.DataFrame(
    ...     {"participant_id": ["P1", "P2"], "baseline": [8, 7], "followup": [5, 7]}
    ... )
    >>> figure, alt = draw_pairs(pairs, label="Hand mRSS")
    >>> alt
    'Hand mRSS of 2 participants, a line each from baseline to follow-up: 1 lower, 1 equal.'
    """
    pairs = pairs.dropna(subset=["baseline", "followup"])
    pairs = pairs.assign(change=pairs["followup"] - pairs["baseline"])
    figure, axes = use_style().subplots(figsize=(5.6, 3.9))
    axes.set_title(label, loc="left", weight="bold")
    axes.set_ylabel(f"{label} ({unit})" if unit else label)
    for row in pairs[pairs["participant_id"] == participant].itertuples():
        axes.plot((0, 1), (row.baseline, row.followup), lw=9, color="#F0E442", alpha=0.7, zorder=0)
    note = _draw_lines(figure, [(axes, pairs, decimals)], visits, size=6)
    directions = name_directions(pairs, decimals)
    counts = ", ".join(f"{directions.count(each)} {each}" for each in dict.fromkeys(directions))
    return figure, (
        f"{label} of {len(pairs)} participant{'s' * (len(pairs) != 1)}, a line each from "
        f"{visits[0].lower()} to {visits[1].lower()}: {counts or 'nobody has both scores'}.{note}"
    )
