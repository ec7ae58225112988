"""Every participant's scores between the limits of their scales, and the items behind them."""

from typing import TYPE_CHECKING, Any, cast

import numpy as np
import pandas as pd

from analysis.instruments.answers import name_key
from analysis.instruments.catalogue import find_instrument
from analysis.instruments.definition import Instrument
from analysis.reporting.figure import (
    COLOURS,
    MANY,
    Drawing,
    add_key,
    draw_boxes,
    lay_out_grid,
    note_many,
    use_style,
)
from analysis.study import Outcome, Study

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_COLUMNS = 3
_SPREAD = 0.28
_INSTRUMENTS = ("mrss", "cochin", "haq")
_SHAPES = {
    "score of a participant": "o",
    "score at the lower limit": "v",
    "score at the upper limit": "^",
}
_INSIDE, _LOWEST, _HIGHEST = _SHAPES
_HUES = {name: COLOURS["better" if name == _INSIDE else "worse"] for name in _SHAPES}
# Marks of the heat map.
_GREY, _CROSS = "not recorded", "left blank on a form that was filled in"
_CELLS: dict[str, dict[str, Any]] = {
    _GREY: {"marker": "s", "ls": "", "ms": 7, "color": COLOURS["grey"]},
    _CROSS: {"marker": "x", "ls": "", "ms": 4, "color": COLOURS["worse"]},
}
# With more participants, a column is too narrow for its name and its numbers.
LEGIBLE = 20


def draw_distributions(scores: pd.DataFrame, study: Study) -> Drawing:
    """Draw the primary scores at each visit, with those at a limit of the scale marked."""
    whole = scores[(scores["component"] == "total") & (scores["variant"] == "primary")]
    whole = whole[whole["score"].notna()]
    figure, panels = lay_out_grid(len(study.outcomes), _COLUMNS, 2.3, layout="constrained")
    kinds = {}
    for axes, outcome in zip(panels, study.outcomes, strict=True):
        held = whole[whole["outcome"] == outcome.name]
        kinds[outcome.label] = _draw_outcome(axes, held, outcome, study)
    limited = [label for label, drawn in kinds.items() if drawn - {_INSIDE}]
    note = note_many(figure, whole["participant_id"].nunique())
    if not note:
        seen = set().union(*kinds.values())
        looks = {name: {"marker": shape, "color": _HUES[name]} for name, shape in _SHAPES.items()}
        add_key(figure, {name: {"ls": "", **look} for name, look in looks.items() if name in seen})
    return figure, (
        "Small plots, one per registered outcome, with a point for each participant's score at "
        "each visit and dashed lines at the limits of the scale. Scores at a limit, drawn as "
        f"triangles, occur in {', '.join(limited) or 'none of the outcomes'}.{note}"
    )


def _draw_outcome(axes: "Axes", scores: pd.DataFrame, outcome: Outcome, study: Study) -> set[str]:
    """Draw the scores of one outcome, and return the kinds of their marks."""
    import seaborn

    low, high = outcome.range
    visits = [visit for visit in study.visits if (scores["visit"] == visit.name).any()]
    names = [visit.name for visit in visits]
    scores = scores.sort_values("score", kind="stable")
    grouped = scores.groupby("visit")["score"]
    last = grouped.transform("size") - 1
    aside = _SPREAD * (2 * grouped.cumcount() - last) / last.clip(lower=1)
    limits = [scores["score"] <= low, scores["score"] >= high]
    kinds = np.select(limits, [_LOWEST, _HIGHEST], _INSIDE)
    for limit in outcome.range:
        axes.axhline(limit, color=COLOURS["unchanged"], lw=0.8, ls="--")
    if grouped.size().max() > MANY:
        draw_boxes(axes, {names.index(str(name)): values for name, values in grouped})
    elif names:
        seaborn.scatterplot(
            x=scores["visit"].map(names.index) + aside,
            y=scores["score"],
            hue=kinds,
            palette=_HUES,
            style=kinds,
            markers=_SHAPES,
            legend=False,
            s=22,
            ax=axes,
        )
        places = np.arange(len(names))
        middle = grouped.median()[names]
        axes.hlines(middle, places - _SPREAD, places + _SPREAD, color="black", lw=1)
    margin = 0.06 * (high - low)
    axes.set_ylim(low - margin, high + margin)
    axes.set_xlim(-0.6, max(len(visits), 1) - 0.4)
    axes.set_xticks(range(len(visits)), [visit.label for visit in visits], fontsize=6.5)
    axes.tick_params(axis="y", labelsize=7.5)
    axes.set_title(outcome.label, fontsize=8.5, loc="left", weight="bold")
    axes.set_xlabel("")
    axes.set_ylabel(outcome.unit, fontsize=7.5)
    return set(kinds)


def draw_item_heatmap(items: pd.DataFrame, study: Study, *, visit: str) -> Drawing:
    """Draw graded items of skin, hand function and disability at baseline and at a visit."""
    visits = [study.visit(name) for name in (study.analysis.baseline_visit.value, visit)]
    people = sorted(items["participant_id"].unique())
    graded = {name: _list_graded(find_instrument(name)) for name in _INSTRUMENTS}
    size = {"figsize": (7.2, 9.2), "height_ratios": [len(labels) for labels in graded.values()]}
    shape = (len(_INSTRUMENTS), len(visits))
    figure, grid = use_style().subplots(*shape, squeeze=False, **size)
    # For each heat map, seaborn draws the whole figure to rotate overlapping names; ours are fixed.
    figure.set_visible(False)
    marks = {}
    for row, name in zip(grid, _INSTRUMENTS, strict=True):
        for axes, each in zip(row, visits, strict=True):
            held = items[(items["instrument"] == name) & (items["visit"] == each.name)]
            drawn = _draw_panel(axes, held, people, find_instrument(name), graded[name])
            marks[find_instrument(name).label, each] = drawn
            title = find_instrument(name).label if each is visits[0] else ""
            axes.set_title(f"{title}\n{each.label}", fontsize=8, loc="left")
        row[-1].set_yticklabels([])
    figure.set_visible(True)
    figure.set_layout_engine("constrained")
    if people:
        many = "share of participants at each grade" if len(people) > MANY else ""
        label = many or "grade, as a share of the worst"
        bar = {"location": "bottom", "shrink": 0.4, "aspect": 25, "pad": 0.02, "label": label}
        figure.colorbar(grid[0, 0].collections[0], ax=grid, **bar)
    seen = set().union(*marks.values())
    add_key(figure, {name: look for name, look in _CELLS.items() if name in seen})
    missing = dict.fromkeys(label for (label, _), drawn in marks.items() if _CROSS in drawn)
    blank = "; ".join(missing) or "none of them"
    return figure, (
        f"Heat maps of the items of {len(_INSTRUMENTS)} instruments, a row per item and a column "
        f"per participant, at {visits[0].label.lower()} and at {visits[1].label.lower()}; darker "
        "is worse, grey was not recorded. Blank answers, drawn as crosses, occur in "
        f"{blank}.{note_many(figure, len(people), '')}"
    )


def _list_graded(instrument: Instrument) -> dict[str, str]:
    """Return the labels of the graded items by key; boxes and totals are left out."""
    return {
        name_key(item.name, place): f"{item.label.split(',')[0]}{', ' * bool(place)}{place}"
        for item in instrument.items
        if item.integer and item.high == instrument.items[0].high
        for place in item.locations
    }


def _draw_panel(
    axes: "Axes",
    held: pd.DataFrame,
    people: list[str],
    instrument: Instrument,
    labels: dict[str, str],
) -> set[str]:
    """Draw one instrument at one visit, and return the kinds of its cells that have no value."""
    import seaborn

    if not people:
        axes.set_axis_off()
        return set()
    keys = map(name_key, held["item"], held["location"])
    held = held.assign(key=pd.Series(list(keys), index=held.index, dtype="str"))
    held = held[held["key"].isin(list(labels))]
    blank = held[held["value"].isna()]
    # The limits of graded items are numbers, not settings of study.yml.
    highest = cast(float, instrument.items[0].high)
    columns: list[Any] = people
    if many := len(people) > MANY:
        columns = list(range(int(highest) + 1))
        cells = pd.crosstab(held["key"], held["value"], normalize="index")
    else:
        cells = held.pivot(index="key", columns="participant_id", values="value") / highest
    legible = many or len(people) <= LEGIBLE
    cells = cells.reindex(index=list(labels), columns=columns).astype("float64")
    seaborn.heatmap(
        cells,
        cmap="Blues",
        vmin=0,
        vmax=1,
        cbar=False,
        xticklabels=columns if legible else False,
        yticklabels=list(labels.values()),
        # With more participants, a cell is too small to be seen.
        rasterized=not legible,
        ax=axes,
    )
    if not many:
        across = blank["participant_id"].map(people.index) + 0.5
        down = blank["key"].map(list(labels).index) + 0.5
        axes.plot(across, down, "x", color=COLOURS["worse"], ms=4)
    axes.set(xlabel="", ylabel="")
    axes.tick_params(length=0, labelsize=6.5)
    axes.tick_params(axis="x", rotation=0 if many else 45)
    axes.tick_params(axis="y", rotation=0)
    axes.set_facecolor(COLOURS["grey"])
    there = {_GREY: cells.isna().any(axis=None), _CROSS: len(blank) > 0}
    return {kind for kind, occurs in there.items() if occurs}
