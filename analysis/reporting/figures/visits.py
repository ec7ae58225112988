"""Figures of the forms that were filled in, and of the study days of visits."""

from typing import Any

import pandas as pd

from analysis.reporting.figure import COLOURS, Drawing, add_key, draw_boxes, note_many, use_style
from analysis.study import Study

ROW, TOP = 0.24, 0.9
_WIDTH, _HEIGHT, _MARGIN = 6.5, 3.0, 4
# A date further than this from its window is an error that would squeeze the picture: not drawn.
FARTHEST = 90
_INSIDE, _OUTSIDE = "visit in its window", "visit outside its window"
_MARKS: dict[str, dict[str, Any]] = {
    _INSIDE: {"marker": "o", "color": COLOURS["better"]},
    _OUTSIDE: {"marker": "X", "color": COLOURS["worse"]},
}
# The number of visits outside their windows that are named in words.
_NAMED = 10


def draw_completeness(completeness: pd.DataFrame, study: Study) -> Drawing:
    """Draw the share of due forms that were filled in.

    Parameters
    ----------
    completeness
        `form, visit, due, filled`, as `analysis.cleaning` counts them.

    Returns
    -------
    figure
        One cell per form and visit with filled and due forms; the darker, the more are missing.
    alt
        How many forms were due and filled in, and where forms are missing.
    """
    import seaborn

    labels = {visit.name: visit.label for visit in study.visits}
    cells = completeness.assign(
        missing=1 - completeness["filled"] / completeness["due"],
        text=completeness["filled"].astype("str") + "/" + completeness["due"].astype("str"),
        form=completeness["form"].str.replace("_", " "),
    )
    visits = [name for name in labels if name in set(cells["visit"])]
    forms = list(dict.fromkeys(cells["form"]))
    wide = cells.pivot(index="form", columns="visit", values=["missing", "text"]).reindex(forms)
    figure, axes = use_style().subplots(figsize=(_WIDTH, TOP + ROW * len(forms)))
    seaborn.heatmap(
        wide["missing"][visits].astype("float64"),
        annot=wide["text"][visits].fillna(""),
        fmt="",
        annot_kws={"fontsize": 8},
        cmap=seaborn.light_palette(COLOURS["worse"], as_cmap=True),
        vmin=0,
        vmax=1,
        cbar=False,
        linewidths=2,
        xticklabels=[labels[name] for name in visits],
        ax=axes,
    )
    axes.set(xlabel="", ylabel="")
    axes.xaxis.tick_top()
    axes.tick_params(length=0, rotation=0)
    axes.set_title("Forms filled in, of those due", loc="left", pad=22)
    figure.tight_layout()
    due, filled = int(cells["due"].sum()), int(cells["filled"].sum())
    gaps = [
        f"{row['form']} at {labels[row['visit']]} ({row['filled']} of {row['due']})"
        for row in cells[cells["filled"] < cells["due"]].to_dict("records")
    ]
    missing = f"Missing are {', '.join(gaps)}." if gaps else "None is missing."
    return figure, f"Forms by visit: of {due} forms due, {filled} were filled in. {missing}"


def draw_visit_windows(visits: pd.DataFrame, study: Study) -> Drawing:
    """Draw the study day of every visit of every participant.

    Returns
    -------
    figure
        One line per visit: its window as a bar, its planned day, a mark per participant
        (a cross outside the window).
    alt
        How many visits are inside their windows, and which are not.
    """
    import seaborn

    planned = [visit for visit in study.visits if visit.day is not None]
    dated = visits[visits["study_day"].notna() & visits["in_window"].ne("")]
    figure, axes = use_style().subplots(figsize=(_WIDTH, _HEIGHT), layout="constrained")
    rows: list[pd.DataFrame] = []
    edges: list[int] = []
    for place, visit in enumerate(planned):
        # A visit with a day has a window.
        assert visit.low is not None and visit.high is not None
        grey = {"color": COLOURS["grey"], "alpha": 0.5, "linewidth": 0}
        axes.barh(place, visit.high - visit.low or 0.6, left=visit.low, height=0.62, **grey)
        axes.plot([visit.day] * 2, [place - 0.31, place + 0.31], color=COLOURS["unchanged"], lw=1)
        held = dated[dated["visit"] == visit.name].sort_values(["study_day", "participant_id"])
        days = held["study_day"].astype("float64")
        near = days.between(visit.low - FARTHEST, visit.high + FARTHEST)
        rows.append(held[near].assign(day=days, level=place + _spread(days)))
        edges += [visit.low, visit.high]
    drawn = pd.concat(rows)
    note = note_many(figure, visits["participant_id"].nunique())
    if note:
        boxes = {place: each["day"] for place, each in enumerate(rows)}
        draw_boxes(axes, boxes, across=True)
    else:
        kinds = drawn["in_window"].map({"yes": _INSIDE, "no": _OUTSIDE})
        seaborn.scatterplot(
            x=drawn["day"],
            y=drawn["level"],
            hue=kinds,
            palette={name: mark["color"] for name, mark in _MARKS.items()},
            style=kinds,
            markers={name: mark["marker"] for name, mark in _MARKS.items()},
            legend=False,
            s=36,
            zorder=3,
            ax=axes,
        )
        seen = {name: mark for name, mark in _MARKS.items() if kinds.eq(name).any()}
        add_key(figure, {name: {"ls": "", **mark} for name, mark in seen.items()})
    axes.set_xlim(min([*edges, *drawn["day"]]) - _MARGIN, max([*edges, *drawn["day"]]) + _MARGIN)
    axes.set_yticks(range(len(planned)), [visit.label for visit in planned])
    axes.set_ylim(len(planned) - 0.4, -0.6)
    axes.set(xlabel="Study day (0: procedure)", ylabel="")
    axes.set_title("Visits and their windows", loc="left")
    if undrawn := len(dated) - len(drawn):
        axes.set_title(f"{undrawn} further away, not drawn", loc="right", fontsize=8)
    return figure, _describe_days(dated, visits, study) + note


def _spread(days: pd.Series) -> pd.Series:
    """Return offsets that set marks of the same day apart, evenly around the line."""
    nth, count = days.groupby(days).cumcount(), days.groupby(days).transform("size")
    return (nth - (count - 1) / 2) * (0.5 / count.clip(lower=5))


def _describe_days(dated: pd.DataFrame, visits: pd.DataFrame, study: Study) -> str:
    labels = {visit.name: visit.label for visit in study.visits}
    outside = dated[dated["in_window"] == "no"].sort_values(["participant_id", "study_day"])
    inside = len(dated) - len(outside)
    text = f"Of {len(dated)} dated visits {inside or 'none'} lie inside their windows."
    named = [
        f"{row['participant_id']} {labels[row['visit']]} (day {row['study_day']})"
        for row in outside[:_NAMED].to_dict("records")
    ]
    if named:
        others = " and others" if len(outside) > _NAMED else ""
        text += f" Outside are {', '.join(named)}{others}."
    missed = int((visits["status"] == "missed").sum())
    text = text if len(dated) else "No visit has a study day."
    return f"{text} Visits that were due and are not in the export: {missed}."
