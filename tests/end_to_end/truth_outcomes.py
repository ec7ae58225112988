"""The sentences about the outcomes, as they have to stand in the article of an export."""

import math
from dataclasses import replace

from truth_numbers import show, state_p

NAMED = ("Raynaud", "Kapandji", "Cochin")


def phrase(label):
    return label if label.startswith(NAMED) else label[0].lower() + label[1:]


def enumerate_names(names):
    return " and ".join([", ".join(names[:-1]), names[-1]] if names[1:] else names)


def number(count, one="", many=""):
    """Return a number with the noun that agrees; none for zero."""
    return f"{count or 'none'} {one if count in (0, 1) else many}".strip()


def tell_primary(trial):
    name = next(iter(trial.outcomes))
    outcome, changes = trial.outcomes[name], trial.changes[name]
    label, decimals, n = phrase(outcome["label"]), outcome["decimals"], changes.n
    said = f"Deaths before the follow-up ({changes.deaths}) have the worst rank in the estimate, "
    said += "its interval and the exact test; means and standardised changes are those of the "
    yield "primary_deaths", f"{said}survivors." if changes.deaths and changes.direction else ""
    yield "primary_marks", _tell_marks(changes)
    yield "estimate_marks", _tell_all_marks(trial.changes.values())
    if changes.deaths and not math.isfinite(changes.estimate):
        said = f"No finite estimate of the change in {label} exists, since deaths have the worst "
        said += f"rank (pairs: {number(n)}; deaths at the worst rank: {changes.deaths})."
        yield "primary_estimate", said
        yield from ((f"primary_{rule}", "") for rule in ("kept_apart", "direction"))
        yield "primary_counts", _tell_counts(changes) if n else ""
        yield "primary_test", _tell_test(changes)
        yield "leave_one_out", _tell_left_out(changes, label, outcome)
        return
    if not n:
        said = f"No participant had {label} at both visits, so that it could not be analysed."
        yield "primary_estimate", said
        yield from (
            (f"primary_{rule}", "") for rule in ("kept_apart", "direction", "counts", "test")
        )
        yield "leave_one_out", ""
        return
    estimate = f"The Hodges--Lehmann estimate of the change in {label} was "
    estimate += f"{show(changes.estimate, decimals)} {outcome['unit']}"
    direction = {
        1: "The estimate lies in the direction of improvement",
        -1: "The estimate lies in the direction of worsening",
        0: "The estimate is zero",
    }[changes.direction * ((changes.estimate > 0) - (changes.estimate < 0))]
    dead = f"; deaths at the worst rank: {changes.deaths}" if changes.deaths else ""
    if changes.interval:
        low, high, level = changes.interval
        estimate += f" (exact interval {show(low, decimals)} to {show(high, decimals)}, level "
        yield "primary_estimate", f"{estimate}at least {show(100 * level, 1)} %; pairs: {n}{dead})."
        verb = "excludes" if changes.excludes_zero else "includes"
        yield "primary_direction", f"{direction}, and the interval {verb} zero."
    else:
        yield "primary_estimate", f"{estimate} (pairs: {n}{dead}; too few for an exact interval)."
        yield "primary_direction", f"{direction}, and no interval of the declared level exists."
    # No date that is open decides a pair here.
    yield "primary_kept_apart", ""
    yield "primary_counts", _tell_counts(changes)
    yield "primary_test", _tell_test(changes)
    yield "leave_one_out", _tell_left_out(changes, label, outcome)


def _has_estimate(changes):
    return changes.n and math.isfinite(changes.estimate)


def _is_open(changes):
    return bool(changes.interval) and not all(map(math.isfinite, changes.interval))


def _tell_marks(changes):
    """Return what the caption of the primary outcome's figure says of its marks."""
    if not changes.n:
        return "Nobody has both, so that nothing is drawn."
    said = "Left, a line for each participant from baseline to follow-up. Right, each "
    said += "participant's change, in order of size. The key names their colours and marks; "
    said += "beside them stand, where there is room, the ends of the identifiers."
    if _has_estimate(changes):
        said += " The black diamond is the Hodges--Lehmann estimate of the changes"
        said += ", the black line its exact interval, with its level" if changes.interval else ""
        said += ", an arrow an end that deaths leave unbounded" if _is_open(changes) else ""
        said += "."
    return said


def _tell_all_marks(outcomes):
    """Return the same for the figure of all outcomes."""
    if not any(map(_has_estimate, outcomes)):
        return "Nobody has both scores of any outcome, so that nothing is drawn."
    said = "Black diamonds are the Hodges--Lehmann estimates; the small marks below them are every "
    said += "participant's change, as the key names them."
    if any(each.interval for each in outcomes):
        said += " The line through a diamond is its exact interval."
    if any(map(_is_open, outcomes)):
        said += " An arrow is an end of it that deaths leave unbounded."
    return said


def _tell_left_out(changes, label, outcome):
    people = changes.values
    others = [
        replace(changes, values=people[:each] + people[each + 1 :]) for each in range(len(people))
    ]
    if changes.deaths:
        others.append(replace(changes, deaths=changes.deaths - 1))
    estimates = [each.estimate for each in others if each.n]
    known = [each for each in estimates if math.isfinite(each)]
    if not known:
        return ""
    low, high = (show(each, outcome["decimals"]) for each in (min(known), max(known)))
    start = f"With one participant left out at a time, the estimate of the change in {label} "
    span = f"is always {low}" if min(known) == max(known) else f"lies between {low} and {high}"
    return f"{start}{span} {outcome['unit']}."


def _tell_counts(changes):
    signs = [(value > 0) - (value < 0) for value in changes.values]
    lower, same, higher = (number(signs.count(sign)) for sign in (-1, 0, 1))
    people = "participant" if changes.n == 1 else "participants"
    return (
        f"Of {changes.n} {people} with both scores, {lower} had a lower score at follow-up, {same} "
        f"the same and {higher} a higher one; {'lower' if changes.direction < 0 else 'higher'} is "
        "better."
    )


def _tell_test(changes):
    if not changes.nonzero:
        return "There was no non-zero change, so that nothing could be tested."
    sentence = f"The exact two-sided test gave {state_p(changes.p)} (non-zero changes: "
    sentence += f"{len(changes.nonzero)}); the smallest that these changes could have given is "
    sentence += state_p(changes.p_min)
    if changes.p_min > 0.05:
        sentence += ", so that no pattern of signs could have brought it to 0.05 or below"
    return f"{sentence}."


def tell_outcomes(trial):
    labels = {name: phrase(outcome["label"]) for name, outcome in trial.outcomes.items()}
    others = list(trial.changes)[1:]
    yield "fixed_sequence", _tell_sequence(trial.changes, labels)
    yield "secondary_directions", _tell_directions(trial.changes, labels, others)
    excluding = [name for name in others if trial.changes[name].excludes_zero]
    without = [labels[name] for name in others if not trial.changes[name].interval]
    said = "No exact interval of the other outcomes excludes zero"
    if excluding:
        joint = {name: state_p(p) for name, p in trial.adjust_jointly().items()}
        named = [f"{labels[each]} (max-T of all outcomes: {joint[each]})" for each in excluding]
        said = "Taken one by one and unadjusted, the exact interval excludes zero for "
        said += enumerate_names(named)
    if without:
        said += f"; none exists for {enumerate_names(without)}"
    if len(without) == len(others):
        said = "None of the other outcomes has an exact interval"
    yield "secondary_intervals", f"{said}."
    yield "undirected_outcomes", _tell_undirected(trial, labels)
    yield "placebo_benchmark", ""
    # No changed export has so many pairs or people.
    yield from ((name, "") for name in ("approximation", "too_many"))
    most = max(changes.n for changes in trial.changes.values())
    counts = {labels[name]: changes.n for name, changes in trial.changes.items()}
    fewer = [f"{label} ({number(n)})" for label, n in counts.items() if n < most]
    people = number(most, "participant", "participants")
    said = f"Every outcome was scored at both visits in {people}."
    if fewer:
        said = f"Outcomes were scored at both visits in {people}; in fewer, "
        said += f"{enumerate_names(fewer)}."
    yield "missing_pairs", said if most else "Nobody had any outcome at both visits."


def _tell_sequence(changes, labels):
    names = list(changes)
    stops = [name for name in names if not changes[name].nonzero or changes[name].p > 0.05]
    if not stops:
        return "The fixed sequence passed every outcome."
    stop = stops[0]
    why = state_p(changes[stop].p)
    why = why if changes[stop].nonzero else "which could not be tested"
    if names == [stop]:
        return f"The fixed sequence stopped at its first step, {labels[stop]} ({why})."
    if stop == names[0]:
        return (
            f"The fixed sequence stopped at its first step, {labels[stop]} ({why}); every other "
            "p-value is descriptive."
        )
    passed = enumerate_names([labels[name] for name in names[: names.index(stop)]])
    end = ", its last step" if stop == names[-1] else "; every later p-value is descriptive"
    return f"The fixed sequence passed {passed} and stopped at {labels[stop]} ({why}){end}."


def _tell_directions(changes, labels, others):
    sides = {"better": [], "worse": [], "zero": [], "not": []}
    for name in others:
        if changes[name].direction:
            value = changes[name].estimate
            side = "not" if value is None else "zero"
            if value:
                side = "better" if value * changes[name].direction > 0 else "worse"
            sides[side].append(labels[name])
    words = {
        "better": ("the estimate lay in", "the estimates lay in", " the direction of improvement"),
        "worse": ("the estimate lay in", "the estimates lay in", " the direction of worsening"),
        "zero": ("the estimate was", "the estimates were", " zero"),
        "not": ("no estimate was", "no estimate was", " possible"),
    }
    parts = [
        f"{words[side][len(names) > 1]}{words[side][2]} for {enumerate_names(names)}"
        for side, names in sides.items()
        if names
    ]
    return f"Among the other outcomes that have a better direction, {'; '.join(parts)}."


def _tell_undirected(trial, labels):
    parts = []
    for name, outcome in trial.outcomes.items():
        value = trial.changes[name].estimate
        if outcome["better"] == "none":
            printed = "no estimate was possible"
            if value is not None:
                printed = f"the estimate was {show(value, outcome['decimals'])} {outcome['unit']}"
            parts.append(f"For {labels[name]}, of which no direction is better, {printed}.")
    return " ".join(parts)
