"""Every participant over time: procedure, visits, adverse events by grade and relation."""

from dataclasses import dataclass

import pandas as pd

from analysis.reporting.figure import COLOURS, Drawing, keep_first, use_style
from analysis.results import MINUS
from analysis.safety.overview import classify_relation, name_grading, name_term

LANE = 0.36
# Days that the marker of an event and a letter of its name take on the page.
MARKER_DAYS, LETTER_DAYS = 4, 1.3
COURSE = {"color": "#C9D3DC", "linewidth": 5, "solid_capstyle": "butt"}
# Around the mark of a serious event.
RING = {"color": "none", "markeredgecolor": "black", "markeredgewidth": 1.4, "markersize": 13}
ASIDE = "day not\nknown"


@dataclass(frozen=True)
class Mark:
    """How events of one kind of relation are drawn; shape and colour both tell them apart."""

    label: str
    shape: str
    colour: str


MARKS = {
    "both": Mark("related to liposuction and to injection or product", "D", "#8A3FA0"),
    "injected": Mark("related to injection or product", "s", COLOURS["worse"]),
    "harvest": Mark("related to liposuction", "o", COLOURS["better"]),
    "neither": Mark("related to none of the three", "h", COLOURS["unchanged"]),
    "unknown": Mark("relation not recorded", "v", "#6B5A00"),
}


def draw_swimmer(
    events: pd.DataFrame,
    participants: pd.DataFrame,
    visits: pd.DataFrame,
    disposition: pd.DataFrame,
) -> Drawing:
    """Draw a line for every enrolled participant with a procedure.

    It takes `events` as `analysis.safety.phases.assign_phases` returns them.
    """
    plt = use_style()
    treated = participants["procedure_date"].ne("") & participants["in_enrolled"].eq("yes")
    ids, note = keep_first(participants.loc[treated, "participant_id"])
    drawn = _place_events(events[events["participant_id"].isin(ids)])
    held = visits[visits["participant_id"].isin(ids) & visits["study_day"].notna()]
    last = find_last_days(held, disposition)
    first = held.groupby("participant_id")["study_day"].min()
    aside = max([0, *last.dropna(), *drawn["start_day"].dropna(), *drawn["end_day"].dropna()]) + 12
    lanes = drawn.groupby("participant_id")["lane"].max().reindex(ids, fill_value=0)
    tops = (lanes * LANE + 1).shift(fill_value=0).cumsum()
    bottom = tops.iloc[-1] + lanes.iloc[-1] * LANE + 0.6 if ids else 1
    figure, axes = plt.subplots(figsize=(6.9, 1.5 + 0.34 * bottom), layout="constrained")
    for person in ids:
        top = tops[person]
        if person in last.index and pd.notna(last[person]):
            ends = [first.get(person, 0), last[person]]
            axes.plot(ends, [top, top], zorder=1, **COURSE)
        days = held.loc[held["participant_id"] == person, "study_day"].astype(float)
        axes.plot(days, [top] * len(days), "|", color="#444444", markersize=8, zorder=2)
        for event in drawn[drawn["participant_id"] == person].to_dict("records"):
            _draw_event(axes, event, top, aside, last.get(person))
    axes.axvline(0, color="#333333", linewidth=0.8, linestyle="--", zorder=0)
    axes.set_ylim(bottom, -0.6)
    _finish_axes(axes, ids, tops, drawn, aside)
    _add_key(figure, drawn)
    axes.set_title(note, fontsize=8)
    return figure, f"{_describe(ids, drawn)} {note}".strip()


def find_last_days(visits: pd.DataFrame, disposition: pd.DataFrame) -> pd.Series:
    """Return the study day on which each participant's bar ends.

    It is the recorded end of participation, so that a visit with a doubtful date moves nobody
    past it; without one, the last visit.
    """
    seen = visits.groupby("participant_id")["study_day"].max()
    ended = disposition.dropna(subset="study_day").set_index("participant_id")["study_day"]
    return ended.combine_first(seen)


def _place_events(events):
    """Give each event the first lane of its participant where its name overlaps no other."""
    ordered = events.sort_values(["participant_id", "start_day", "event_number"], kind="stable")
    lanes, taken, person = [], [], None
    for event in ordered.to_dict("records"):
        if event["participant_id"] != person:
            person, taken = event["participant_id"], []
        known = pd.notna(event["start_day"])
        start = float(event["start_day"]) if known else float("inf")
        end = max(start, float(event["end_day"])) if pd.notna(event["end_day"]) else start
        until = end + 2 * MARKER_DAYS + LETTER_DAYS * len(name_term(event))
        lane = next((i for i, day in enumerate(taken) if start > day), len(taken))
        taken[lane : lane + 1] = [until]
        lanes.append(lane + 1)
    lane = pd.Series(lanes, index=ordered.index, dtype="int64")
    return ordered.assign(lane=lane, kind=classify_relation(ordered))


def _draw_event(axes, event, top, aside, last):
    mark = MARKS[event["kind"]]
    y = top + event["lane"] * LANE
    start = aside if pd.isna(event["start_day"]) else float(event["start_day"])
    end = float(last) if event["ongoing"] == "yes" and pd.notna(last) else event["end_day"]
    if pd.notna(event["start_day"]) and pd.notna(end) and end > start:
        axes.plot([start, end], [y, y], color=mark.colour, linewidth=1.6, zorder=2)
    if event["ongoing"] == "yes" and pd.notna(end):
        axes.plot([end], [y], ">", color=mark.colour, markersize=5, zorder=2)
    last_drawn = end if pd.notna(event["start_day"]) and pd.notna(end) else start
    x = max(start + MARKER_DAYS, last_drawn + 1.5)
    axes.text(x, y, name_term(event), fontsize=6.5, va="center", color="#333333")
    axes.plot([start], [y], mark.shape, color=mark.colour, markersize=8.5, zorder=3)
    if event["serious"] == "yes":
        axes.plot([start], [y], "o", zorder=5, **RING)
    grade = "?" if pd.isna(event["grade"]) else str(event["grade"])
    centred = {"ha": "center", "va": "center_baseline", "zorder": 4}
    axes.text(start, y, grade, color="white", fontsize=6.5, weight="bold", **centred)


def _finish_axes(axes, ids, tops, drawn, aside):
    axes.set_yticks([tops[person] for person in ids], ids)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    ticks = list(range(-28, int(aside), 28))
    labels = [str(day).replace("-", MINUS) for day in ticks]
    if drawn["start_day"].isna().any():
        ticks, labels = [*ticks, aside], [*labels, ASIDE]
    axes.set_xticks(ticks, labels)
    axes.set_xlabel("Study day (0 is the procedure)")


def _add_key(figure, drawn):
    from matplotlib.lines import Line2D

    marks = [
        (mark.shape, mark.colour, 7, mark.label)
        for name, mark in MARKS.items()
        if drawn["kind"].eq(name).any()
    ]
    marks.append(("|", "#444444", 8, "visit"))
    if drawn["ongoing"].eq("yes").any():
        marks.append((">", "#444444", 5, "ongoing"))
    handles = [
        Line2D([], [], marker=shape, color=colour, linestyle="", markersize=size, label=label)
        for shape, colour, size, label in marks
    ]
    if drawn["serious"].eq("yes").any():
        handles.append(
            Line2D([], [], marker="o", linestyle="", label="serious", **RING | {"markersize": 10})
        )
    title = {"title": f"Digit: grade ({name_grading(drawn)}); line: duration", "title_fontsize": 8}
    figure.legend(handles=handles, loc="outside lower center", ncols=2, fontsize=8, **title)


def _describe(ids, drawn):
    if not ids:
        return "Nobody who was enrolled had the procedure, so that no time line is drawn."
    counts = drawn.groupby("participant_id").size().reindex(ids, fill_value=0)
    listed = "; ".join(f"{person} {n}" for person, n in counts.items())
    ongoing, serious = (int(drawn[name].eq("yes").sum()) for name in ("ongoing", "serious"))
    return (
        f"Timeline of {len(ids)} participant{'s' * (len(ids) > 1)} around the procedure with "
        f"visits and adverse events by grade and relation. Events per participant: {listed}. "
        f"Ongoing: {ongoing}. Serious: {serious}."
    )
