"""The sentences about procedure and harms, as they have to stand in the article of an export."""

from datetime import datetime, timedelta

from truth_numbers import show
from truth_outcomes import enumerate_names, number, phrase

PERIOD = "from the start of anaesthesia to the end of the follow-up visit's window"


def tell_harms(trial):
    treated = trial.people("procedure_safety")
    yield "exposure", _tell_exposure(trial, len(treated))
    events = find_emergent(trial)
    n, k = len(treated), events["participant_id"].nunique()
    said = "Lines are the exact Clopper--Pearson intervals; the key names colours and marks. On "
    said += "the right, the participants behind each share."
    none = "No adverse event of the procedure was recorded, so that nothing is drawn."
    yield "term_marks", said if n and k else none
    if not n:
        yield "adverse_events", "Nobody was at risk of an adverse event of the procedure."
        names = ("serious_events", "deaths", "local_reactions", "severe_events")
        yield from ((name, "") for name in (*names, "severe_reactions", "harms_discussed"))
        yield "unobserved", "Where nobody was treated, nothing can be said about harms."
    else:
        said = f"Adverse events recorded {PERIOD}: {len(events)}, in {_share(k, n)} participants."
        yield "adverse_events", said if k else f"No adverse event was recorded {PERIOD}."
        ranked = next(iter(trial.changes.values())).deaths
        yield from _tell_grave(events, n, ranked)
        said = "That an event was not observed does not mean that it is never to be expected: the "
        yield (
            "unobserved",
            f"{said}upper bounds in @tbl-ae-overview show which rates remain possible.",
        )
        yield from _tell_reactions(trial, set(treated["participant_id"]))
    yield from _tell_ulcers(trial, treated["participant_id"])


def _tell_grave(events, n, ranked):
    """Yield what is said of deaths, of serious and of severe events."""
    died = events[(events["outcome"] == "fatal") | (events["grade"] == "5")]
    died = died["participant_id"].nunique()
    serious = events[events["serious"] == "yes"]
    sick = serious["participant_id"].nunique()
    parts = {
        part: int(serious[f"related_{part}"].isin(["possible", "probable", "definite"]).sum())
        for part in ("liposuction", "injection", "product")
    }
    judged = ", ".join(f"to the {part}: {number(count)}" for part, count in parts.items())
    related = f"judged related {judged}"
    of_them = "an estimate of change does not include them"
    if ranked:
        of_them = "the estimate gives the worst rank to those before the follow-up"
    harms = f"Deaths {PERIOD}: {died}; {of_them}. " if died else ""
    if any(parts.values()):
        harms += f"Serious events {related}; a trial without a control group cannot tell how many "
        harms += "would have occurred without the treatment."
    yield "harms_discussed", harms.strip()
    severe = events[events["grade"].isin(["3", "4", "5"])]
    share = _share(severe["participant_id"].nunique(), n)
    said = f"Events graded severe or worse in this period: {len(severe)}, in {share} participants."
    none = "No event graded severe or worse was recorded in this period."
    yield "severe_events", said if len(severe) else none
    said = f"Serious adverse events in this period: {len(serious)}, in {_share(sick, n)} "
    said += f"participants; {related}."
    none = "No serious adverse event was recorded in this period; the upper limit of the two-sided "
    none += "95 % Clopper--Pearson interval for the share of participants is "
    none += f"{show(100 * (1 - 0.025 ** (1 / n)))} %."
    yield "serious_events", said if sick else none
    said = f"Deaths in this period: {died}."
    yield "deaths", said if died else "Nobody died in this period."


def _share(k, n):
    return f"{k} of {n} ({show(100 * k / n)} %)"


def _tell_exposure(trial, n):
    if not n:
        return "There was no procedure."
    states = [check_product(row, trial.plan["specification"]) for row in _rows(trial.procedures)]
    outside = sum("outside" in state for state in states)
    doubted = sum("contradicted" in state for state in states)
    if outside:
        text = f"In {outside} of {n} procedures at least one test was outside the specification."
    elif doubted or any("unknown" in state for state in states):
        text = "No test that is on record was outside the specification."
    else:
        text = "Every test was within the specification."
    if doubted:
        text += f" In {doubted} of {n} procedures the recorded volumes contradict each other, so "
        text += "that no dose of cells is known; the site is to be asked."
    return text


def check_product(row, plan):
    """Return the states of a procedure's tests: within, outside, contradicted or unknown."""
    limit = {name: setting["value"] for name, setting in plan.items() if isinstance(setting, dict)}
    volumes = {name: float(cell) for name, cell in row.items() if _is_volume(name) and cell}
    planned = [f"injected_{finger}_ml" for finger in limit["planned_fingers"]]
    total, final = row["injected_total_ml"], row["final_volume_ml"]
    injected = any(volumes.values())
    tests = (
        (row["viability_percent"], lambda x: float(x) >= limit["viability_min_percent"]),
        (row["endotoxin_eu_per_ml"], lambda x: float(x) <= limit["endotoxin_max_eu_per_ml"]),
        (row["gram_stain"].replace("pending", ""), lambda x: x == "negative"),
        (row["sterility"].replace("pending", ""), lambda x: x == "no_growth"),
        (injected, lambda x: all(volumes.get(name) for name in planned)),
        (injected, lambda x: max(volumes.values()) <= limit["finger_volume_max_ml"]),
    )
    states = ["unknown" if not x else "within" if good(x) else "outside" for x, good in tests]
    if not (total and final):
        return [*states, "unknown"]
    adds_up = abs(sum(volumes.values()) - float(total)) < 1e-6
    fits = adds_up and float(total) <= float(final) + 1e-6
    return [*states, "within" if fits else "contradicted"]


def _is_volume(name):
    return name.startswith(("injected_right", "injected_left"))


def find_emergent(trial):
    people = trial.people("procedure_safety").set_index("participant_id")
    begun = [
        row["participant_id"] in people.index
        and _may_begin(row, people.loc[row["participant_id"]], trial.visit["high"])
        for row in _rows(trial.adverse_events)
    ]
    return trial.adverse_events.iloc[[place for place, counts in enumerate(begun) if counts]]


def _may_begin(event, person, last_day):
    begin = _span(person["anaesthesia_start"] or person["procedure_date"])[0]
    end = _span(person["procedure_date"])[1] + timedelta(days=last_day)
    date = event["start_date"]
    whole = len(date) == 10 and event["start_time"]
    low, high = _span(f"{date}T{event['start_time']}" if whole else date)
    last = _span(event["end_date"])[1]
    if event["worsening"] == "yes":
        high = max(high, last)
    return min(high, max(last, low)) >= begin and low <= end


def _span(text):
    """Return the first and the last moment that a date may mean."""
    first, last = "1900-01-01T00:00", "2199-12-31T23:59"
    if len(text) == 7:
        last = last[:8] + "28T23:59"
    return tuple(datetime.fromisoformat(text + end[len(text) :]) for end in (first, last))


def _tell_reactions(trial, treated):
    most, graded = {}, {}
    for row in _rows(trial.items):
        person, value = row["participant_id"], row["value"]
        if row["instrument"] == "local_reaction" and person in treated and value:
            most[person] = max(most.get(person, 0), float(value))
            if row["item"] != "pain":
                graded[person] = max(graded.get(person, 0), float(value))
    some = sum(value > 0 for value in most.values())
    severe = sum(value == 3 for value in graded.values())
    apart = "Severe local reactions, asked for and counted apart: "
    apart += f"{_share(severe, len(graded))} participants." if severe else "none."
    yield "severe_reactions", apart if graded else ""
    sentence = "Local reactions were asked for and are counted apart from adverse events: "
    sentence += f"{_share(some, len(most))} participants had at least one" if some else ""
    if not most:
        sentence = "No answer about local reactions is on record"
    elif not some:
        sentence += "nobody had one"
    elif severe:
        sentence += f", and {_share(severe, len(graded))} had one that was graded severe"
    elif graded:
        sentence += ", and none was graded severe"
    yield "local_reactions", f"{sentence}."


def _tell_ulcers(trial, treated):
    days = {v["name"]: v["day"] for v in trial.plan["visits"] if v["day"] is not None}
    labels = {v["name"]: phrase(v["label"]) for v in trial.plan["visits"]}
    last = trial.visit["name"]
    seen = {name: _see_ulcers(trial, set(treated), name) for name in days}
    (first, known), (then, later) = seen["baseline"], seen[last]
    between = [name for name in days if days["baseline"] < days[name] <= days[last]]
    between = [name for name in between if seen[name][1]]
    counted = [f"{number(len(seen[name][0]['new']))} at {labels[name]}" for name in between]
    none = "New digital ulcers were not counted."
    yield "new_ulcers", f"New digital ulcers: {enumerate_names(counted)}." if counted else none
    if not known or not later:
        yield "ulcers", "Active digital ulcers were not counted at both visits."
        return
    fewer = ", where they are known for fewer participants"
    before = f"{fewer}," if len(known) < len(later) else ""
    after = fewer if len(later) < len(known) else ""
    new = [_tell_state(labels[name], *seen[name], "new") for name in between]
    said = f"Active digital ulcers: {len(first['active'])} at baseline{before} and "
    said += f"{len(then['active'])} at {labels[last]}{after}. "
    said += f"New since the visit before: {'; '.join(new)}. "
    said += f"Healed since baseline: {_tell_state(labels[last], then, later, 'healed')}."
    yield "ulcers", said


def _see_ulcers(trial, treated, visit):
    """Return who had an ulcer in each state, once per ulcer, and whose ulcers are known."""
    had, known = {"active": [], "new": [], "healed": []}, set()
    for row in _rows(trial.items):
        person = row["participant_id"]
        if (row["instrument"], row["visit"]) == ("digital_ulcers", visit) and person in treated:
            known.add(person)
            if row["item"] in had and row["value"] in ("1", "1.0"):
                had[row["item"]].append(person)
    for row in _rows(trial.visits):
        if row["visit"] == visit and row["ulcers_present"] == "no":
            known |= {row["participant_id"]} & treated
    return had, known


def _tell_state(label, had, known, state):
    people = had[state]
    if not people:
        return f"none at {label}"
    return f"{len(people)} at {label}, in {_share(len(set(people)), len(known))} participants"


def _rows(table):
    return table.to_dict("records")
