"""The alternative texts of the figures, as they have to stand in the article of an export."""

import math

from truth_harms import find_emergent
from truth_numbers import Changes, show

WORDS = {1: "improved", 0: "unchanged", -1: "worse"}


def tell_changes(trial):
    to = trial.visit["label"].lower()
    estimates, counts, spans = [], [], []
    for name, outcome in trial.outcomes.items():
        changes, label = trial.changes[name], outcome["label"]
        estimates.append(f"{label} {print_estimate(changes, outcome['decimals'])}")
        counts.append(f"{label}: {_count(changes, outcome)}")
        spans.append(f"{label} {_leave_out(changes, outcome['decimals'])}")
    first = next(iter(trial.outcomes))
    changes, label = trial.changes[first], trial.outcomes[first]["label"]
    text = f"{label} of {changes.n} participant{'s' * (changes.n != 1)}, a line each from baseline "
    text += f"to {to}, and their changes in order of size. "
    text += f"{_count(changes, trial.outcomes[first])}. Estimated change "
    text += f"{estimates[0].removeprefix(label).strip()}."
    none = f"Nobody had {label} at both visits, so that no line is drawn."
    yield "primary", text if changes.n else none
    text = (
        f"Hodges-Lehmann estimates of the change to {to} with exact intervals, an outcome a row, "
    )
    yield "forest", f"{text}each on its own scale. {'; '.join(estimates)}."
    text = "Small plots, one per registered outcome, with a line per participant from baseline to "
    yield "paired", f"{text}{to}. {'; '.join(counts)}."
    text = "Hodges-Lehmann estimates of the change, for each outcome with all participants and, in "
    text += "parentheses, the lowest and highest without one of them: "
    yield "leave_one_out", f"{text}{'; '.join(spans)}."


def print_estimate(changes, decimals):
    if not changes.n:
        return "not estimable"
    inside = "no interval"
    if changes.interval:
        inside = " to ".join(show(limit, decimals) for limit in changes.interval[:2])
    return f"{show(changes.estimate, decimals)} ({inside})"


def _count(changes, outcome):
    if not changes.n:
        return "nobody had both scores"
    if outcome.get("threshold") and outcome["threshold"]["measurement_error"]:
        return ", ".join(f"{changes.count(sign)} {WORDS[sign]}" for sign in (1, 0, -1))
    signs = [(value > 0) - (value < 0) for value in changes.values]
    return f"{signs.count(-1)} lower, {signs.count(0)} equal, {signs.count(1)} higher"


def _leave_out(changes, decimals):
    if len(changes.ranked) < 2:
        return show(changes.estimate, decimals) if changes.n else "not estimable"
    values = changes.ranked
    rest = (Changes(values[:i] + values[i + 1 :], 0) for i in range(len(values)))
    others = [each.estimate for each in rest if math.isfinite(each.estimate)]
    ends = " to ".join(show(end, decimals) for end in (min(others), max(others)))
    return f"{show(changes.estimate, decimals)} ({ends})"


def tell_courses(trial):
    treated = trial.people("procedure_safety")["participant_id"]
    events = trial.adverse_events
    enrolled = trial.people("enrolled")
    ids = enrolled.loc[enrolled["procedure_date"] != "", "participant_id"]
    counts = [f"{person} {(events['participant_id'] == person).sum()}" for person in ids]
    mine = events[events["participant_id"].isin(ids)]
    text = f"Timeline of {len(ids)} participant{'s' * (len(ids) != 1)} around the procedure with "
    text += "visits and adverse events by grade and relation. Events per participant: "
    text += f"{'; '.join(counts)}. Ongoing: {(mine['ongoing'] == 'yes').sum()}. "
    text += f"Serious: {(mine['serious'] == 'yes').sum()}."
    none = "Nobody who was enrolled had the procedure, so that no time line is drawn."
    yield "swimmer", text if len(ids) else none
    yield "visit-windows", _tell_windows(trial)
    parts = "; ".join(map(_tell_volumes, trial.procedures.to_dict("records"))) or "nobody"
    yield "finger-volumes", f"Both hands of every participant with the volume injected: {parts}."
    parts = "; ".join(f"{person} {_count_ulcers(trial, person)}" for person in treated) or "nobody"
    text = "Both hands of every participant with the fingers that had active digital ulcers. "
    text += f"Active ulcers at Baseline and at {trial.visit['label']}: {parts}."
    yield "ulcers", text
    limited = []
    for name, outcome in trial.outcomes.items():
        scored = trial.scores[trial.scores["outcome"].eq(name) & trial.scores["score"].ne("")]
        scored = scored[scored["variant"].eq("primary") & scored["component"].eq("total")]
        scores, (low, high) = scored["score"].astype(float), outcome["range"]
        limited += [outcome["label"]] if ((scores <= low) | (scores >= high)).any() else []
    text = "Small plots, one per registered outcome, with a point for each participant's score at "
    text += "each visit and dashed lines at the limits of the scale. Scores at a limit, drawn as "
    text += f"triangles, occur in {', '.join(limited) or 'none of the outcomes'}."
    yield "distributions", text


def _tell_windows(trial):
    dated = trial.visits[trial.visits["study_day"].ne("") & trial.visits["in_window"].ne("")]
    outside = dated[dated["in_window"] == "no"]
    labels = {visit["name"]: visit["label"] for visit in trial.plan["visits"]}
    named = [
        f"{row['participant_id']} {labels[row['visit']]} (day {row['study_day']})"
        for row in outside.to_dict("records")
    ]
    text = f"Of {len(dated)} dated visits {len(dated) - len(outside) or 'none'} lie inside their "
    text += "windows."
    if named:
        text += f" Outside are {', '.join(named)}."
    missed = (trial.visits["status"] == "missed").sum()
    text = text if len(dated) else "No visit has a study day."
    return f"{text} Visits that were due and are not in the export: {missed}."


def _tell_volumes(row):
    volumes = [
        float(cell)
        for name, cell in row.items()
        if name.startswith(("injected_right", "injected_left")) and cell and float(cell)
    ]
    if not volumes:
        return f"{row['participant_id']} not injected"
    fingers = f"{len(volumes)} finger{'s' * (len(volumes) > 1)}"
    span = f"{show(min(volumes), 2)} to {show(max(volumes), 2)} mL each"
    return f"{row['participant_id']} {fingers}, {span}"


def _count_ulcers(trial, person):
    parts = []
    for visit in ("baseline", trial.visit["name"]):
        here = [
            table[table["participant_id"].eq(person) & table["visit"].eq(visit)]
            for table in (trial.items, trial.visits)
        ]
        ulcers = here[0][here[0]["instrument"].eq("digital_ulcers")]
        active = ulcers["item"].eq("active") & ulcers["value"].isin(["1", "1.0"])
        known = len(ulcers) or here[1]["ulcers_present"].eq("no").any()
        parts.append(f"{(active & ulcers['location'].ne('')).sum()}" if known else "not known")
    return " and ".join(parts)


def count_terms(trial):
    """Return how many had each adverse event, as the figure of terms tells it, in any order."""
    events, n = find_emergent(trial), len(trial.people("procedure_safety"))
    sizes = events.groupby(["class", "coded_term"])["participant_id"].nunique()
    return {f"{term or 'Not coded'} {size} of {n}" for (_, term), size in sizes.items()}
