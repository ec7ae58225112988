"""The sentences about people and limits, as they have to stand in the article of an export."""

from truth_outcomes import number, phrase


def tell_people(trial):
    screened = len(trial.participants)
    stages = ("enrolled", "procedure_safety", "full_analysis", "per_protocol")
    enrolled, started, injected, kept = (len(trial.people(stage)) for stage in stages)
    said = f"Of {screened} people who were screened, {number(enrolled, 'was', 'were')} enrolled."
    if screened == 1:
        said = f"1 person was screened and {'enrolled' if enrolled else 'not enrolled'}."
    if enrolled:
        said += f" Anaesthesia was started in {started or 'nobody'}"
        if not started:
            said += "."
        elif not injected:
            said += ", and nobody was injected."
        else:
            form = ("was injected and forms", "were injected and form")[injected > 1]
            belong = number(kept, "belongs", "belong")
            said += f", and {injected} {form} the full analysis population; {belong} to the "
            said += "per-protocol population."
    yield "flow", said
    given = trial.participants["consent_date"].ne("")
    given |= trial.participants["missing_reasons"].str.contains("consent_date=(?:pend|out)")
    primary = next(iter(trial.outcomes))
    label, paired = phrase(trial.outcomes[primary]["label"]), trial.changes[primary].n
    said = f"Consented: {number(given.sum())}; procedure begun: {number(started)}; injected: "
    yield "reached", f"{said}{number(injected)}; with {label} at both visits: {number(paired)}."
    visit, used = trial.visit, phrase(trial.visit["label"])
    design = trial.plan["study"]["design"]["value"]
    yield "design", f"Design: {design}; the follow-up visit used is {used}."
    yield "attendance", _tell_attendance(trial)
    said = f"The follow-up visit is {used}, study day {visit['day']}, with a window from day "
    yield "followup_window", f"{said}{visit['low']} to day {visit['high']}."
    label = next(p["label"] for p in trial.plan["populations"] if p["name"] == trial.population)
    label = phrase(label)
    yield "analysed_population", f"The outcomes are analysed in the {label} population."
    planned = (visit["name"], trial.population) == ("week_12", "full_analysis")
    said = f"This is not the planned analysis: it takes {used} as the follow-up visit and the "
    yield "what_if", "" if planned else f"{said}{label} population."


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
    first = next(iter(trial.changes.values()))
    meaning = "What this can mean is limited by the design more than by the arithmetic."
    yield "meaning", meaning if first.n else ""
    apart = "Baseline and follow-up lie about one season apart, and Raynaud's phenomenon follows "
    apart += "the season [@x]."
    close = "Raynaud's phenomenon follows the weather [@x], which need not have been the same at "
    close += "baseline and at follow-up."
    yield "season", apart if 60 <= trial.visit["day"] <= 120 else close
    better = "In the blinded trials of such cells the placebo arms improved too [@x]."
    worse = "In the blinded trials of such cells hand function improved with placebo [@x]; the "
    worse += "primary outcome here gives no estimate in that direction."
    improved = first.n and first.estimate * first.direction > 0
    yield "placebo_arms", better if improved else worse
    treated = trial.people()["treated_hands"]
    both = int((treated == "both").sum())
    said = "Both hands were treated at once, so that no hand "
    if both != len(treated):
        said = f"In {both} of {len(treated)} both hands were treated at once, so that no hand of "
        said += "theirs "
    yield "both_hands", f"{said}can serve as a control for the other." if both else ""
    said = f"With {number(first.n, 'pair', 'pairs')} the signed-rank "
    said += (
        "tests, the sign flips and the exact interval" if first.interval else "tests and sign flips"
    )
    said += (
        " reach the same decision by arithmetic, so that their agreement is no further evidence."
    )
    yield "exact_agreement", said if 0 < first.n <= 7 and not first.deaths else ""
    said = "Beside it stands the p-value of the exact conditional Wilcoxon signed-rank test: two-"
    yield "signed_rank", f"{said}sided, with mid-ranks, zeros dropped, all signs enumerated."


def tell_statements(trial):
    """Yield the sentences about the data: the tests change simulated exports, and seal them."""
    study, plan = trial.plan["study"], trial.plan["documents"]["plan"]
    said = f"The plan was fixed on {plan['date']} (commit {plan['version']}), after the data were "
    yield "plan_fixed", f"{said}exported, and amended later: {plan['amendments']}."
    said = f"The design follows the public registration {study['registration']['value']} of a "
    said += f"trial at {study['site']['value']}; no data or person of that trial is used."
    yield "origin", said
    yield "origin_of_data", "All data are simulated."
    yield "checksums", "The files of the export agree with their checksums."
