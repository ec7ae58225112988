"""Every participant over time: procedure, visits, adverse events by grade and relation."""

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from analysis.reporting.figure import (
    COLOURS,
    MANY,
    NAME_LENGTH,
    Drawing,
    make_printable,
    note_many,
    use_style,
)
from analysis.results import MINUS
from analysis.safety.overview import classify_relation, is_serious, name_grading, name_term

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

LANE = 0.36
# Widths in days: of the marker of an event, of a letter of its name, and between ticks.
MARKER_DAYS, LETTER_DAYS, TICK_DAYS = 4, 1.3, 28
COURSE: dict[str, Any] = {"color": "#C9D3DC", "linewidth": 5, "capstyle": "butt", "zorder": 1}
# More events than this are summarised.
_MOST = 150
# The grade in the mark of an event.
GRADE: dict[str, Any] = {
    "color": "white",
    "weight": "bold",
    "fontsize": 6.5,
    "ha": "center",
    "va": "center_baseline",
    "zorder": 4,
}
# The ring around the mark of a serious event.
RING: dict[str, Any] = {"mfc": "none", "mec": "black", "mew": 1.4, "ms": 12, "zorder": 5}
GREY = "#444444"
# Label, shape and colour of events by kind of relation; shape and colour both distinguish them.
MARKS = {
    "both": ("related to liposuction and to injection or product", "D", "#8A3FA0"),
    "injected": ("related to injection or product", "s", COLOURS["worse"]),
    "harvest": ("related to liposuction", "o", COLOURS["better"]),
    "neither": ("related to none of the three", "h", COLOURS["unchanged"]),
    "unknown": ("relation not recorded", "v", "#6B5A00"),
}


def draw_swimmer(
    events: pd.DataFrame,
    participants: pd.DataFrame,
    visits: pd.DataFrame,
    disposition: pd.DataFrame,
) -> Drawing:
    """Draw a line for every enrolled participant with a procedure.

    It takes `events` as `analysis.safety.phases.assign_phases` returns them. If there are too many
    participants or events, bars count the events of every four weeks.
    """
    treated = participants["procedure_date"].ne("") & participants["in_enrolled"].eq("yes")
    ids = participants.loc[treated, "participant_id"].tolist()
    events = events[events["participant_id"].isin(ids)]
    events = events.assign(kind=classify_relation(events))
    note = ""
    if len(ids) > MANY or len(events) > _MOST:
        figure = _draw_counts(events)
        note = f" {len(events)} events are too many to show singly: bars count them by start."
    else:
        held = visits[visits["participant_id"].isin(ids) & visits["study_day"].notna()]
        figure = _draw_courses(ids, events, held, find_last_days(held, disposition))
    return figure, _describe(ids, events) + note + note_many(figure, len(ids), "")


def find_last_days(visits: pd.DataFrame, disposition: pd.DataFrame) -> pd.Series:
    """Return the study day on which each participant's bar ends.

    It is the recorded end of participation, so that a visit with a doubtful date cannot extend
    the bar; without one, it is the last visit.
    """
    seen = visits.groupby("participant_id")["study_day"].max()
    ended = disposition.dropna(subset="study_day").set_index("participant_id")["study_day"]
    return ended.combine_first(seen)


def _draw_counts(events: pd.DataFrame) -> "Figure":
    import seaborn

    figure, axes = use_style().subplots(figsize=(6.9, 4), layout="constrained")
    title = f"{len(events)} events are too many to show singly"
    events = events[events["start_day"].notna()]
    labels = {name: label for name, (label, *_) in MARKS.items() if events["kind"].eq(name).any()}
    seaborn.countplot(
        x=events["start_day"].astype("int64") // TICK_DAYS * TICK_DAYS,
        hue=events["kind"].map(labels),
        hue_order=list(labels.values()),
        palette={label: colour for label, _, colour in MARKS.values()},
        ax=axes,
    )
    axes.set(xlabel="Study day on which four weeks began", ylabel="Events")
    axes.set_title(f"{title}; the day of {len(events)} is known", loc="left")
    if labels:
        axes.legend(fontsize=8)
    return figure


def _draw_courses(
    ids: list[str], events: pd.DataFrame, held: pd.DataFrame, last: pd.Series
) -> "Figure":
    drawn = _place_events(events)
    dated = (last, held["study_day"], drawn["start_day"], drawn["end_day"])
    aside = max([0, *(day for days in dated for day in days.dropna())]) + 12
    lanes = drawn.groupby("participant_id")["lane"].max().reindex(ids, fill_value=0)
    tops = (lanes * LANE + 1).shift(fill_value=0).cumsum()
    bottom = tops.iloc[-1] + lanes.iloc[-1] * LANE + 0.6 if ids else 1
    size = (6.9, 1.5 + 0.34 * bottom)
    figure, axes = use_style().subplots(figsize=size, layout="constrained")
    first = held.groupby("participant_id")["study_day"].min()
    ends = pd.DataFrame({"first": first.reindex(ids).fillna(0), "last": last.reindex(ids)})
    ends = ends.astype("float64").dropna()
    axes.hlines(tops[ends.index], ends["first"], ends["last"], **COURSE)
    _draw_events(axes, drawn.assign(y=drawn["participant_id"].map(tops)), aside, last)
    days = held["study_day"].astype("float64")
    axes.plot(days, held["participant_id"].map(tops), "|", color=GREY, ms=8, label="visit")
    if drawn["ongoing"].eq("yes").any():
        axes.plot([], [], ">", color=GREY, ms=5, label="ongoing")
    axes.axvline(0, color="#333333", linewidth=0.8, linestyle="--", zorder=0)
    axes.set_ylim(bottom, -0.6)
    axes.set_yticks(tops, ids)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    ticks = list(range(-TICK_DAYS, int(aside) - TICK_DAYS // 2, TICK_DAYS))
    labels = [str(day).replace("-", MINUS) for day in ticks]
    if drawn["start_day"].isna().any():
        ticks, labels = [*ticks, aside], [*labels, "day not\nknown"]
    axes.set_xticks(ticks, labels)
    axes.set_xlabel("Study day (0 is the procedure)")
    title = f"Digit: grade ({name_grading(drawn)}); line: duration" if len(drawn) else None
    figure.legend(loc="outside lower center", ncols=2, fontsize=8, title=title, title_fontsize=8)
    return figure


def _place_events(events: pd.DataFrame) -> pd.DataFrame:
    """Give each event the first lane of its participant in which its name overlaps no other."""
    ordered = events.sort_values(["participant_id", "start_day", "event_number"], kind="stable")
    terms = [make_printable(name_term(event), NAME_LENGTH) for event in ordered.to_dict("records")]
    starts = ordered["start_day"].astype("float64").fillna(np.inf)
    ends = np.fmax(starts, ordered["end_day"].astype("float64"))
    lanes: list[int] = []
    taken: dict[str, list[float]] = {}
    for person, start, end, term in zip(
        ordered["participant_id"], starts, ends, terms, strict=True
    ):
        mine = taken.setdefault(person, [])
        lane = next((i for i, day in enumerate(mine) if start > day), len(mine))
        mine[lane : lane + 1] = [end + 2 * MARKER_DAYS + LETTER_DAYS * len(term)]
        lanes.append(lane + 1)
    return ordered.assign(lane=pd.Series(lanes, ordered.index, dtype="int64"), term=terms)


def _draw_events(axes: "Axes", drawn: pd.DataFrame, aside: float, last: pd.Series) -> None:
    """Draw marks, durations, names and grades of events, one kind of relation after the other."""
    ongoing = drawn["ongoing"].eq("yes")
    end = (
        drawn["participant_id"].map(last).where(ongoing).fillna(drawn["end_day"]).astype("float64")
    )
    start = drawn["start_day"].astype("float64")
    drawn = drawn.assign(y=drawn["y"] + LANE * drawn["lane"], start=start.fillna(aside), end=end)
    for name, (label, shape, colour) in MARKS.items():
        rows = drawn[drawn["kind"] == name]
        if rows.empty:
            continue
        lasting = rows[rows["start_day"].notna() & (rows["end"] > rows["start"])]
        axes.hlines(lasting["y"], lasting["start"], lasting["end"], color=colour, lw=1.6)
        still = rows[rows["ongoing"].eq("yes") & rows["end"].notna()]
        axes.plot(still["end"], still["y"], ">", color=colour, ms=5)
        axes.plot(rows["start"], rows["y"], shape, color=colour, ms=8.5, zorder=3, label=label)
    serious = drawn[is_serious(drawn)]
    if len(serious):
        axes.plot(serious["start"], serious["y"], "o", label="serious", **RING)
    for row in drawn.to_dict("records"):
        x, y = row["start"], row["y"]
        until = x if pd.isna(row["start_day"]) or pd.isna(row["end"]) else row["end"]
        beside = max(x + MARKER_DAYS, until + 1.5)
        axes.text(beside, y, row["term"], fontsize=6.5, va="center", color="#333333")
        grade = "?" if pd.isna(row["grade"]) else str(row["grade"])
        axes.text(x, y, grade, **GRADE)


def _describe(ids: list[str], drawn: pd.DataFrame) -> str:
    if not ids:
        return "Nobody who was enrolled had the procedure, so that no time line is drawn."
    counts = drawn.groupby("participant_id").size().reindex(ids, fill_value=0)
    listed = "; ".join(f"{person} {n}" for person, n in counts.items())
    if len(ids) > MANY:
        listed = f"{counts.min()} to {counts.max()}, {counts.sum()} in all"
    ongoing, serious = int(drawn["ongoing"].eq("yes").sum()), int(is_serious(drawn).sum())
    return (
        f"Timeline of {len(ids)} participant{'s' * (len(ids) > 1)} around the procedure with "
        f"visits and adverse events by grade and relation. Events per participant: {listed}. "
        f"Ongoing: {ongoing}. Serious: {serious}."
    )
