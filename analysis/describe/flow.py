"""The flow of participants: how many reached each stage, and why the others did not.

The denominators of the results are checked against it.
"""

from collections.abc import Iterable

import pandas as pd

from analysis.errors import DataError
from analysis.results import Context, ResultWriter, Row
from analysis.study import Outcome, Study, Visit

NO_REASON = "reason not recorded"
LOSSES = {
    "not_enrolled": "Not enrolled",
    "not_harvested": "Enrolled, no anaesthesia",
    "not_injected": "Anaesthesia, no injection",
    "discontinued": "Injected, trial not completed",
    "not_per_protocol": "Injected, not per protocol",
}
COUNTED_IN_FULL = "safety"
COUNTED_IF_KNOWN = ("baseline", "exposure", "efficacy", "sensitivity")


def describe_stages(
    participants: pd.DataFrame, disposition: pd.DataFrame, study: Study, context: Context
) -> list[Row]:
    """Make the results of the stages: ``flow.<stage>.n``.

    Stages are screened, consented, the populations and the losses of `find_lost`; the losses also
    have ``.reasons``.
    """
    # Everyone enrolled has consented, even without a readable date.
    consented = participants["consent_date"].ne("") | participants["in_enrolled"].eq("yes")
    stages = {"screened": len(participants), "consented": int(consented.sum())}
    for population in study.populations:
        stages[population.name] = int(participants[f"in_{population.name}"].eq("yes").sum())
    rows = [ResultWriter(context, stage, n).count("n", n) for stage, n in stages.items()]
    lost = find_lost(participants, disposition)
    for stage in LOSSES:
        texts = lost.loc[lost["stage"] == stage, "reason"]
        several = [part.replace("_", " ") for text in texts for part in text.split(";")]
        rows.append(ResultWriter(context, stage, len(texts)).count("n", len(texts)))
        rows.append(_write_reasons(context, stage, several))
    return rows


def describe_visits(
    participants: pd.DataFrame,
    visits: pd.DataFrame,
    disposition: pd.DataFrame,
    study: Study,
    context: Context,
    *,
    population: str,
) -> list[Row]:
    """Make the results of the visits, ``flow.<visit>.n_due, n_attended, n_in_window, n_missed``.

    After the procedure, the population is due; ``reasons`` gives why visits were missed.
    """
    rows = []
    for visit in study.visits:
        if visit.role != "unscheduled":
            due = find_due(participants, visit, population)
            held = visits[
                visits["visit"].eq(visit.name)
                & visits["participant_id"].isin(due)
                & visits["status"].eq("done")
            ]
            missed = sorted(set(due) - set(held["participant_id"]))
            counts = {
                "n_due": len(due),
                "n_attended": len(due) - len(missed),
                "n_in_window": int(held["in_window"].eq("yes").sum()),
                "n_missed": len(missed),
            }
            for name, n in counts.items():
                writer = ResultWriter(context, visit.name, n, visit=visit.name)
                rows.append(writer.count(name, n))
            rows.append(
                _write_reasons(context, visit.name, explain_missed(missed, disposition, visit))
            )
    return rows


def describe_analysed(
    described: pd.DataFrame,
    scores: pd.DataFrame,
    pairs: pd.DataFrame,
    study: Study,
    context: Context,
    *,
    followup_visit: str,
) -> list[Row]:
    """Make the results of the outcomes, ``flow.<outcome>.n_analysed, n_not_analysed, reasons``.

    `described` are the participants of the population of the analysis.
    """
    people = described["participant_id"]
    rows = []
    for outcome in study.outcomes:
        paired, missing = split_analysed(outcome, people, scores, pairs, study, followup_visit)
        for name, n in (("n_analysed", len(paired)), ("n_not_analysed", len(missing))):
            writer = ResultWriter(context, outcome.name, n, visit=followup_visit)
            rows.append(writer.count(name, n))
        rows.append(_write_reasons(context, outcome.name, missing))
    return rows


def find_due(participants: pd.DataFrame, visit: Visit, population: str) -> pd.Series:
    """Return the participants who are due at a visit.

    At screening that is everyone; up to the procedure, everyone enrolled; then the population.
    """
    people = participants["participant_id"]
    if visit.role == "screening":
        return people
    after = visit.day is not None and visit.day > 0
    return people[participants[f"in_{population if after else 'enrolled'}"] == "yes"]


def split_analysed(
    outcome: Outcome,
    people: Iterable[str],
    scores: pd.DataFrame,
    pairs: pd.DataFrame,
    study: Study,
    followup_visit: str,
) -> tuple[list[str], list[str]]:
    """Split participants of the population by whether their change in an outcome is analysed.

    Returns
    -------
    analysed
        Participants with a pair of the primary variant's total.
    reasons
        For everyone else: the visit without a score, and why.
    """

    def primary(frame: pd.DataFrame) -> pd.DataFrame:
        return frame[
            (frame["outcome"] == outcome.name)
            & (frame["variant"] == "primary")
            & (frame["component"] == "total")
        ]

    mine = primary(pairs)
    paired = set(mine.loc[mine["visit"] == followup_visit, "participant_id"])
    missing = primary(scores).set_index(["participant_id", "visit"])
    reasons = []
    for person in sorted(set(people) - paired):
        texts = []
        for visit in (study.analysis.baseline_visit.value, followup_visit):
            if (person, visit) not in missing.index:
                texts.append(f"{study.visit(visit).label} not recorded")
            elif missing.loc[(person, visit), "status"] == "missing":
                why = missing.loc[(person, visit), "missing_reason"].replace("_", " ")
                texts.append(f"{study.visit(visit).label} {why or NO_REASON}")
        reasons.append(" and ".join(texts) or "too few locations measured at both visits")
    return sorted(set(people) & paired), reasons


def find_lost(participants: pd.DataFrame, disposition: pd.DataFrame) -> pd.DataFrame:
    """Return at which stage of the flow participants were lost, and why.

    Returns
    -------
    `participant_id, stage, reason` of those lost, `stage` one of `LOSSES`; several reasons
    are separated by a semicolon. Someone not per protocol may have discontinued as well.
    """
    ended = disposition.set_index("participant_id")
    people = participants["participant_id"]
    ended_for = people.map(ended["reason"]).fillna("").str.replace("_", " ")
    failure, exclusion = (
        participants[name] for name in ("screen_failure_reason", "per_protocol_exclusion")
    )
    enrolled, harvested, injected, analysed, per_protocol = (
        participants[f"in_{name}"].eq("yes")
        for name in (
            *("enrolled", "procedure_safety", "product_safety"),
            *("full_analysis", "per_protocol"),
        )
    )
    discontinued = people.map(ended["status"]).eq("discontinued")
    lost = {
        "not_enrolled": (~enrolled, failure.mask(failure == "", ended_for)),
        "not_harvested": (enrolled & ~harvested, ended_for),
        "not_injected": (harvested & ~injected, ended_for),
        "discontinued": (injected & discontinued, ended_for),
        "not_per_protocol": (analysed & ~per_protocol, exclusion),
    }
    parts = [
        pd.DataFrame({"participant_id": people, "stage": stage, "reason": reason})[inside]
        for stage, (inside, reason) in lost.items()
    ]
    return pd.concat(parts, ignore_index=True).replace({"reason": {"": NO_REASON}})


def explain_missed(people: Iterable[str], disposition: pd.DataFrame, visit: Visit) -> list[str]:
    """Return why each of these participants missed a visit: the reason their trial ended.

    An end after the visit's window is no reason.
    """
    after = (disposition["study_day"] > (visit.high or 0)).fillna(False).astype(bool)
    ended = disposition[disposition["status"].eq("discontinued") & ~after]
    known = ended.set_index("participant_id")["reason"].str.replace("_", " ")
    return [known.get(person) or NO_REASON for person in people]


def join_reasons(texts: Iterable[str]) -> str:
    """Format reasons with the number of participants for each, the most frequent first.

    Examples
    --------
    >>> join_reasons(["refused", "not done", "refused"]), join_reasons([])
    ('refused (2); not done (1)', 'nobody')
    """
    counts = pd.Series(list(texts), dtype="str").value_counts()
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return "; ".join(f"{text} ({n})" for text, n in ordered) or "nobody"


def find_unreconciled(results: pd.DataFrame) -> pd.DataFrame:
    """Return the results whose number of participants contradicts the flow.

    A safety result with a population but no group or visit must have the whole population as its
    denominator; no other result may have more participants than its population. The pairs of an
    outcome (``efficacy.<outcome>.n_pairs``) must be those that the flow counts as analysed.

    Returns
    -------
    `result_id, n, flow_id, expected`; no row if everything reconciles. A population missing from
    the flow is expected to have no participants.
    """
    flow = results[results["analysis"] == "flow"].set_index("result_id")["value"]
    counted = results[results["population"].ne("") & results["n"].notna()]
    counted = counted[counted["analysis"].isin([COUNTED_IN_FULL, *COUNTED_IF_KNOWN])]
    found = counted.assign(flow_id="flow." + counted["population"] + ".n")
    found["expected"] = found["flow_id"].map(flow).fillna(0)
    whole = found["analysis"].eq(COUNTED_IN_FULL) & found["group"].eq("") & found["visit"].eq("")
    wrong = (found["n"] > found["expected"]) | (whole & (found["n"] != found["expected"]))
    pairs = results[results["result_id"].str.fullmatch(r"efficacy\.\w+\.n_pairs")]
    pairs = pairs.assign(flow_id="flow." + pairs["outcome"] + ".n_analysed", n=pairs["value"])
    pairs["expected"] = pairs["flow_id"].map(flow).fillna(0)
    both = pd.concat([found[wrong.astype(bool)], pairs[pairs["n"] != pairs["expected"]]])
    return both[["result_id", "n", "flow_id", "expected"]].reset_index(drop=True)


def check_denominators(results: pd.DataFrame) -> None:
    """Refuse results whose number of participants contradicts the flow.

    Raises
    ------
    DataError
        Naming the first result that does.
    """
    wrong = find_unreconciled(results)
    if len(wrong):
        first = wrong.iloc[0]
        raise DataError(
            f"{first['result_id']} has {first['n']:g} participants, {first['flow_id']} gives "
            f"{first['expected']:g}",
            hint="Run the notebooks of both again, with the same population",
        )


def _write_reasons(context: Context, outcome: str, texts: list[str]) -> Row:
    return ResultWriter(context, outcome, len(texts)).row("reasons", None, join_reasons(texts))
