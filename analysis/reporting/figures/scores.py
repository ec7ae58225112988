"""Every participant's scores between the limits of their scales, and the items behind them."""

import numpy as np
import pandas as pd

from analysis.instruments.answers import name_key
from analysis.instruments.catalogue import find_instrument
from analysis.reporting.figure import COLOURS, Drawing, lay_out_grid, use_style
from analysis.study import Study

_COLUMNS = 3
_SPREAD = 0.28
_INSTRUMENTS = ("mrss", "cochin", "haq")
# Beyond this many participants a column is too narrow for its name and its numbers.
LEGIBLE = 20


def draw_distributions(scores: pd.DataFrame, study: Study) -> Drawing:
    """Draw the primary scores at each visit, with those at a limit of the scale marked."""
    whole = scores[(scores["component"] == "total") & (scores["variant"] == "primary")]
    whole = whole[whole["score"].notna()]
    figure, panels = lay_out_grid(len(study.outcomes), _COLUMNS, 2.3, layout="constrained")
    # The foot of the figure stays free for the mark of simulated data.
    figure.get_layout_engine().set(rect=(0, 0.025, 1, 0.975))
    limited = []
    for axes, outcome in zip(panels, study.outcomes, strict=True):
        if _draw_outcome(axes, whole[whole["outcome"] == outcome.name], outcome, study):
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
        across = place + np.linspace(-_SPREAD, _SPREAD, len(values)) * (len(values) > 1)
        inside = (values > low) & (values < high)
        for chosen, marker in ((values <= low, "v"), (values >= high, "^"), (inside, "o")):
            colour = COLOURS["better"] if marker == "o" else COLOURS["worse"]
            style = {"color": colour, "ms": 4.5, "mec": "white", "mew": 0.4}
            axes.plot(across[chosen], values[chosen], marker, **style)
        middle = np.median(values)
        axes.plot((place - _SPREAD, place + _SPREAD), (middle, middle), color="black", lw=1)
    margin = 0.06 * (high - low)
    axes.set_ylim(low - margin, high + margin)
    axes.set_xlim(-0.6, max(len(visits), 1) - 0.4)
    axes.set_xticks(range(len(visits)), [visit.label for visit in visits], fontsize=6.5)
    axes.tick_params(axis="y", labelsize=7.5)
    axes.set_title(outcome.label, fontsize=8.5, loc="left", weight="bold")
    axes.set_ylabel(outcome.unit, fontsize=7.5)
    return bool(((scores["score"] <= low) | (scores["score"] >= high)).any())


def draw_item_heatmap(items: pd.DataFrame, study: Study, *, visit: str) -> Drawing:
    """Draw graded items of skin, hand function and disability at baseline and at a visit."""
    plt = use_style()
    visits = [study.visit(name) for name in (study.analysis.baseline_visit.value, visit)]
    people = sorted(items["participant_id"].unique())
    graded = {name: _list_graded(find_instrument(name)) for name in _INSTRUMENTS}
    size = {"figsize": (7.2, 9.2), "height_ratios": [len(labels) for labels in graded.values()]}
    shape = (len(_INSTRUMENTS), len(visits))
    figure, grid = plt.subplots(*shape, layout="constrained", squeeze=False, **size)
    # The foot of the figure stays free for the bar.
    figure.get_layout_engine().set(rect=(0, 0.06, 1, 0.94))
    foot, missing = figure.add_axes((0.35, 0.045, 0.3, 0.012)), []
    foot.set_visible(bool(people))
    for row, name in zip(grid, _INSTRUMENTS, strict=True):
        for axes, each in zip(row, visits, strict=True):
            values, blank = _spread(items, name, each.name, people, graded[name])
            _draw_panel(axes, values, blank, people, graded[name].values(), foot)
            title = find_instrument(name).label if each is visits[0] else ""
            axes.set_title(f"{title}\n{each.label}", fontsize=8, loc="left")
            missing += [name] * bool(blank.any())
        row[-1].set_yticklabels([])
    labels = [find_instrument(name).label for name in dict.fromkeys(missing)]
    alt = (
        f"Heat maps of the items of {len(_INSTRUMENTS)} instruments, a row per item and a column "
        f"per participant, at {visits[0].label.lower()} and at {visits[1].label.lower()}; darker "
        "is worse, grey was not recorded. Blank answers, drawn as crosses, occur in "
        f"{'; '.join(labels) or 'none of them'}."
    )
    return figure, alt


def _list_graded(instrument):
    """Return the labels of the graded items by key; boxes and totals are left out."""
    return {
        name_key(item.name, place): f"{item.label.split(',')[0]}{', ' * bool(place)}{place}"
        for item in instrument.items
        if item.integer and item.high == instrument.items[0].high
        for place in item.locations
    }


def _spread(items, instrument, visit, people, labels):
    held = items[(items["instrument"] == instrument) & (items["visit"] == visit)]
    places = zip(held["item"], held["location"], strict=True)
    keys = [name_key(item, place) for item, place in places]
    held = held.assign(key=np.array(keys, dtype=object))
    held = held[held["key"].isin(list(labels))]
    wide = held.pivot(index="key", columns="participant_id", values="value")
    values = wide.reindex(index=list(labels), columns=people).to_numpy(dtype="float64")
    counts = pd.crosstab(held["key"], held["participant_id"])
    counts = counts.reindex(index=list(labels), columns=people, fill_value=0)
    recorded = counts.to_numpy(dtype="int64") > 0
    highest = find_instrument(instrument).items[0].high
    return values / highest, recorded & np.isnan(values)


def _draw_panel(axes, values, blank, people, labels, foot):
    import seaborn

    if not people:
        axes.set_axis_off()
        return
    legible = len(people) <= LEGIBLE
    seaborn.heatmap(
        values,
        cmap="Blues",
        vmin=0,
        vmax=1,
        # All panels have one scale, which is drawn once.
        cbar=not foot.collections,
        cbar_ax=foot,
        cbar_kws={"orientation": "horizontal", "label": "grade, as a share of the worst"},
        xticklabels=people if legible else False,
        yticklabels=list(labels),
        # Beyond that a cell is smaller than what an eye can tell apart.
        rasterized=not legible,
        ax=axes,
    )
    down, across = np.nonzero(blank)
    axes.plot(across + 0.5, down + 0.5, "x", color=COLOURS["worse"], ms=4)
    axes.tick_params(length=0, labelsize=6.5)
    axes.tick_params(axis="x", rotation=45)
    axes.set_facecolor(COLOURS["grey"])
    foot.tick_params(labelsize=7.5)
