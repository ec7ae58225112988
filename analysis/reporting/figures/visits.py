"""Which forms were filled in, and on which study day every visit took place."""

import pandas as pd

from analysis.reporting.figure import COLOURS, Drawing, use_style
from analysis.study import Study

ROW, GRID_WIDTH, TOP = 0.24, 6.5, 0.9
_WIDTH, _HEIGHT, _MARGIN = 6.5, 3.0, 4
# Beyond these days a date is an error that would squeeze the picture; it is named, not drawn.
FARTHEST = 90


def draw_completeness(completeness: pd.DataFrame, study: Study) -> Drawing:
    """Draw the share of due forms that were filled in.

    Parameters
    ----------
    completeness
        `form, visit, due, filled`, as `analysis.cleaning` counts them.

    Returns
    -------
    figure
        One cell per form and visit with filled of due; the darker, the more are missing.
    alt
        How many forms were due and filled, and where the most are missing.
    """
    plt = use_style()
    labels = {visit.name: visit.label for visit in study.visits}
    visits = [name for name in labels if name in set(completeness["visit"])]
    forms = list(dict.fromkeys(completeness["form"]))
    figure, axes = plt.subplots(figsize=(GRID_WIDTH, TOP + ROW * len(forms)))
    for row in completeness.itertuples():
        x, y = visits.index(row.visit), forms.index(row.form)
        missing = 1 - row.filled / row.due
        shade = {"facecolor": COLOURS["worse"], "alpha": 0.06 + 0.94 * missing, "linewidth": 0}
        axes.add_patch(plt.Rectangle((x - 0.47, y - 0.42), 0.94, 0.84, **shade))
        style = {"fontsize": 8, "color": "white" if missing > 0.5 else "black"}
        axes.text(x, y, f"{row.filled}/{row.due}", ha="center", va="center", **style)
    axes.set_xlim(-0.5, len(visits) - 0.5)
    axes.set_ylim(len(forms) - 0.5, -0.5)
    axes.set_xticks(range(len(visits)), [labels[name] for name in visits])
    axes.set_yticks(range(len(forms)), [form.replace("_", " ") for form in forms])
    axes.xaxis.tick_top()
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    axes.set_title("Forms filled in, of those due", loc="left", pad=22)
    figure.tight_layout()
    return figure, _describe_forms(completeness, labels)


def _describe_forms(completeness, labels):
    due, filled = int(completeness["due"].sum()), int(completeness["filled"].sum())
    counts = f"Forms by visit: of {due} forms due, {filled} were filled in."
    short = completeness[completeness["filled"] < completeness["due"]]
    gaps = [
        f"{row.form.replace('_', ' ')} at {labels[row.visit]} ({row.filled} of {row.due})"
        for row in short.itertuples()
    ]
    return f"{counts} Missing are {', '.join(gaps)}." if gaps else f"{counts} None is missing."


def draw_visit_windows(visits: pd.DataFrame, study: Study) -> Drawing:
    """Draw the study day of every visit of every participant.

    Returns
    -------
    figure
        One line per visit: its window as a bar, its planned day, a mark per participant
        (a cross outside the window).
    alt
        How many visits lie inside their windows, and which participants' do not.
    """
    plt = use_style()
    planned = [visit for visit in study.visits if visit.day is not None]
    dated = visits[visits["study_day"].notna() & visits["in_window"].ne("")]
    figure, axes = plt.subplots(figsize=(_WIDTH, _HEIGHT))
    edges, undrawn = [], 0
    for place, visit in enumerate(planned):
        grey = {"color": COLOURS["grey"], "alpha": 0.5, "linewidth": 0}
        axes.barh(place, visit.high - visit.low or 0.6, left=visit.low, height=0.62, **grey)
        axes.plot([visit.day] * 2, [place - 0.31, place + 0.31], color=COLOURS["unchanged"], lw=1)
        held = dated[dated["visit"] == visit.name].sort_values(["study_day", "participant_id"])
        near = held[held["study_day"].between(visit.low - FARTHEST, visit.high + FARTHEST)]
        undrawn += len(held) - len(near)
        days = near["study_day"].astype("float64")
        level = place + _spread(days)
        inside = near["in_window"].eq("yes").to_numpy()
        axes.scatter(days[inside], level[inside], s=16, color=COLOURS["better"], zorder=3)
        crosses = {"s": 26, "marker": "X", "color": COLOURS["worse"]}
        axes.scatter(days[~inside], level[~inside], zorder=3, **crosses)
        edges += [visit.low, visit.high, *days]
    axes.set_xlim(min(edges) - _MARGIN, max(edges) + _MARGIN)
    axes.set_yticks(range(len(planned)), [visit.label for visit in planned])
    axes.invert_yaxis()
    axes.set_xlabel("Study day (0: procedure)")
    axes.set_title("Visits and their windows", loc="left")
    if undrawn:
        axes.set_title(f"{undrawn} further away, not drawn", loc="right", fontsize=8)
    figure.tight_layout()
    return figure, _describe_days(dated, visits, study)


def _spread(days):
    """Set marks of one day apart, evenly around the line."""
    nth, count = days.groupby(days).cumcount(), days.groupby(days).transform("size")
    return ((nth - (count - 1) / 2) * (0.5 / count.clip(lower=5))).to_numpy()


def _describe_days(dated, visits, study):
    labels = {visit.name: visit.label for visit in study.visits}
    outside = dated[dated["in_window"] == "no"].sort_values(["participant_id", "study_day"])
    inside = len(dated) - len(outside)
    text = f"Of {len(dated)} dated visits {inside or 'none'} lie inside their windows."
    if dated.empty:
        text = "No visit has a study day."
    if len(outside):
        named = [
            f"{r.participant_id} {labels[r.visit]} (day {r.study_day})"
            for r in outside.itertuples()
        ]
        others = " and others" if len(named) > 10 else ""
        text += f" Outside are {', '.join(named[:10])}{others}."
    missed = int((visits["status"] == "missed").sum())
    return f"{text} Visits that were due and are not in the export: {missed}."
