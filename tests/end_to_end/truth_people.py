"""The sentences about people and limits, as they have to stand in the article of an export."""

from truth_outcomes import number, phrase


def tell_people(trial):
    screened = len(trial.participants)
    stages = ("enrolled", "procedure_safety", "full_analysis", "per_protocol")
    enrolled, started, injected, kept = (len(trial.people(stage)) for stage in stages)
    if screened == 1:
        sentence = f"1 person was screened and {'enrolled' if enrolled else 'not enrolled'}."
    else:
        sentence = (
            f"Of {screened} people who were screened, {number(enrolled, 'was', 'were')} enrolled."
        )
    if enrolled:
        sentence += f" Anaesthesia was started in {started or 'nobody'}"
        if not started:
            sentence += "."
        elif not injected:
            sentence += ", and nobody was injected."
        else:
            form = ("was injected and forms", "were injected and form")[injected > 1]
            belong = number(kept, "belongs", "belong")
            sentence += f", and {injected} {form} the full analysis population; {belong} to the "
            sentence += "per-protocol population."
    yield "flow", sentence
    given = trial.participants["consent_date"].ne("")
    given |= trial.participants["missing_reasons"].str.contains("consent_date=(?:pend|out)")
    primary = next(iter(trial.outcomes))
    label, paired = phrase(trial.outcomes[primary]["label"]), trial.changes[primary].n
    yield (
        "reached",
        f"Consented: {number(given.sum())}; procedure begun: {number(started)}; injected: "
        f"{number(injected)}; with {label} at both visits: {number(paired)}.",
    )
    used = phrase(trial.visit["label"])
    design = trial.plan["study"]["design"]["value"]
    yield "design", f"Design: {design}; the follow-up visit used is {used}."
    yield "attendance", _tell_attendance(trial)
    visit = trial.visit
    yield (
        "followup_window",
        (
            f"The follow-up visit is {phrase(visit['label'])}, study day {visit['day']}, with a "
            f"window from day {visit['low']} to day {visit['high']}."
        ),
    )
    label = next(p["label"] for p in trial.plan["populations"] if p["name"] == trial.population)
    yield "analysed_population", (f"The outcomes are analysed in the {phrase(label)} population.")
    planned = (visit["name"], trial.population) == ("week_12", "full_analysis")
    yield (
        "what_if",
        ""
        if planned
        else (
            f"This is not the planned analysis: it takes {phrase(visit['label'])} as the follow-up "
            f"visit and the {phrase(label)} population."
        ),
    )


def _tell_attendance(trial):
    due = trial.people()["participant_id"]
    visits = trial.visits[trial.visits["visit"] == trial.visit["name"]]
    held = visits[visits["participant_id"].isin(due) & (visits["status"] == "done")]
    seen, inside = held["participant_id"].nunique(), int((held["in_window"] == "yes").sum())
    at = phrase(trial.visit["label"])
    if not len(due):
        return f"Nobody was due at {at}."
    if not seen:
        return f"At {at} none of {len(due)} was seen."
    sentence = f"At {at}, {seen} of {len(due)} {'was' if seen == 1 else 'were'} seen, "
    if seen == inside:
        return f"{sentence}{'all ' * (seen > 1)}in the window."
    return f"{sentence}{number(inside)} in the window."


def tell_limits(trial):
    pairs = next(iter(trial.changes.values())).n
    meaning = "What this can mean is limited by the design more than by the arithmetic."
    yield "meaning", meaning if pairs else ""
    apart = 60 <= trial.visit["day"] <= 120
    yield (
        "season",
        (
            "Baseline and follow-up lie about one season apart, and Raynaud's phenomenon follows "
            "the season [@x]."
            if apart
            else "Raynaud's phenomenon follows the weather [@x], which need not have been the same "
            "at baseline and at follow-up."
        ),
    )
    first = next(iter(trial.changes.values()))
    better = first.n and first.estimate * first.direction > 0
    yield (
        "placebo_arms",
        "In the blinded trials of such cells the placebo arms improved too [@x]."
        if better
        else "In the blinded trials of such cells hand function improved with placebo [@x]; the "
        "primary outcome here gives no estimate in that direction.",
    )
    treated = trial.people()["treated_hands"]
    both = int((treated == "both").sum())
    control = "can serve as a control for the other."
    sentence = (
        f"In {both} of {len(treated)} both hands were treated at once, so that no hand of theirs "
    )
    if both == len(treated):
        sentence = "Both hands were treated at once, so that no hand "
    yield "both_hands", sentence + control if both else ""
    yield (
        "exact_agreement",
        ""
        if not 0 < pairs <= 7
        else (
            f"With {number(pairs, 'pair', 'pairs')} the signed-rank tests, the sign flips and the "
            "exact interval reach the same decision by arithmetic, so that their agreement is no "
            "further evidence."
        ),
    )


def tell_statements(trial):
    """Yield the sentences about the data: the tests change simulated exports, and seal them."""
    study, plan = trial.plan["study"], trial.plan["documents"]["plan"]
    yield (
        "plan_fixed",
        f"The plan was fixed on {plan['date']} (commit {plan['version']}), after the data were "
        f"exported, and amended later: {plan['amendments']}.",
    )
    yield (
        "origin",
        (
            f"The design follows the public registration {study['registration']['value']} of a "
            f"trial at {study['site']['value']}; no data or person of that trial is used."
        ),
    )
    yield "origin_of_data", "All data are simulated."
    yield "checksums", "The files of the export agree with their checksums."
