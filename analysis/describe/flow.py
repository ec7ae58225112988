"""The flow of participants: how many reached each stage, why the others did not.

Every denominator of the results is held against it.
"""

from collections.abc import Iterable

import pandas as pd

from analysis.errors import DataError
from analysis.results import Context, ResultWriter, Row
from analysis.study import Outcome, Study, Visit

NO_REASON = "reason not recorded"
NOBODY = "nobody"
LOSSES = {
    "not_enrolled": "Not enrolled",
    "not_harvested": "Enrolled, no anaesthesia",
    "not_injected": "Anaesthesia, no injection",
    "discontinued": "Injected, trial not completed",
    "not_per_protocol": "Injected, not per protocol",
}
COUNTED_IN_FULL = ("safety",)
COUNTED_IF_KNOWN = ("baseline", "exposure", "efficacy", "sensitivity")


def describe_flow(
    participants: pd.DataFrame,
    visits: pd.DataFrame,
    disposition: pd.DataFrame,
    scores: pd.DataFrame,
    pairs: pd.DataFrame,
    study: Study,
    context: Context,
    *,
    followup_visit: str,
    population: str,
) -> list[Row]:
    """Make the results of the flow.

    Parameters
    ----------
    participants, visits, disposition, scores, pairs
        The tables.
    study
    context
    followup_visit, population
        Visit and population of the analysis of the outcomes.

    Returns
    -------
    list of dict
        ``flow.<stage>.n`` for screened, the populations and the losses of `find_lost`, these
        with ``.reasons``; ``flow.<visit>.n_due, n_attended, n_in_window, n_missed, reasons``;
        and per outcome ``flow.<outcome>.n_analysed, n_not_analysed, reasons``.
    """

    def row(stage, statistic, value, *, visit=""):
        return ResultWriter(context, stage, value, visit=visit).count(statistic, value)

    def reasons(stage, texts):
        return ResultWriter(context, stage, len(texts)).row("reasons", None, join_reasons(texts))

    rows = [row("screened", "n", len(participants))]
    for stage in study.populations:
        rows.append(row(stage.name, "n", int(participants[f"in_{stage.name}"].eq("yes").sum())))
    lost = find_lost(participants, disposition)
    for stage in LOSSES:
        texts = lost.loc[lost["stage"] == stage, "reason"]
        several = [part.replace("_", " ") for text in texts for part in text.split(";")]
        rows += [row(stage, "n", len(texts)), reasons(stage, several)]
    for visit in study.visits:
        if visit.name != "unscheduled":
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
            rows += [row(visit.name, name, n, visit=visit.name) for name, n in counts.items()]
            rows.append(reasons(visit.name, explain_missed(missed, disposition)))
    people = participants.loc[participants[f"in_{population}"] == "yes", "participant_id"]
    for outcome in study.outcomes:
        paired, missing = split_analysed(outcome, people, scores, pairs, study, followup_visit)
        rows += [
            row(outcome.name, "n_analysed", len(paired), visit=followup_visit),
            row(outcome.name, "n_not_analysed", len(missing), visit=followup_visit),
            reasons(outcome.name, missing),
        ]
    return rows


def find_due(participants: pd.DataFrame, visit: Visit, population: str) -> pd.Series:
    """Return who is due at a visit.

    At screening everyone is due, until the procedure everyone enrolled, then the population.
    """
    people = participants["participant_id"]
    if visit.name == "screening":
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
    """Split participants into those whose change in an outcome is analysed, and the others.

    Parameters
    ----------
    outcome
    people
        Participants of the population.
    scores, pairs
        The tables.

    Returns
    -------
    analysed
        Participants with a pair of the primary variant's total.
    reasons
        Of everyone else: the visit without a score, and why.
    """

    def primary(frame):
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
    """Say at which stage of the flow each participant was lost, and why.

    Parameters
    ----------
    participants, disposition
        The tables.

    Returns
    -------
    pandas.DataFrame
        `participant_id, stage, reason` of those lost, `stage` one of `LOSSES`; several reasons
        are separated by a semicolon. Who is not per protocol may have discontinued as well.
    """
    ended = disposition.set_index("participant_id")
    frame = participants.assign(
        end=participants["participant_id"].map(ended["status"]).fillna(""),
        ended_for=participants["participant_id"].map(ended["reason"]).fillna(""),
    )

    def inside(population):
        return frame[f"in_{population}"].eq("yes")

    ended_for = frame["ended_for"].str.replace("_", " ")
    stages = (
        (
            "not_enrolled",
            ~inside("enrolled"),
            frame["screen_failure_reason"].mask(frame["screen_failure_reason"] == "", ended_for),
        ),
        ("not_harvested", inside("enrolled") & ~inside("procedure_safety"), ended_for),
        ("not_injected", inside("procedure_safety") & ~inside("product_safety"), ended_for),
        ("discontinued", inside("product_safety") & frame["end"].eq("discontinued"), ended_for),
        (
            "not_per_protocol",
            inside("full_analysis") & ~inside("per_protocol"),
            frame["per_protocol_exclusion"],
        ),
    )
    parts = [
        pd.DataFrame(
            {
                "participant_id": frame.loc[lost, "participant_id"],
                "stage": stage,
                "reason": reason[lost].mask(reason[lost] == "", NO_REASON),
            }
        )
        for stage, lost, reason in stages
    ]
    return pd.concat(parts, ignore_index=True)


def explain_missed(people: Iterable[str], disposition: pd.DataFrame) -> list[str]:
    """Return why each of these participants did not come: the reason why their trial ended."""
    ended = disposition[disposition["status"] == "discontinued"]
    known = ended.set_index("participant_id")["reason"].str.replace("_", " ")
    return [known.get(person) or NO_REASON for person in people]


def join_reasons(texts: Iterable[str]) -> str:
    """Print reasons with how many participants each has, the most frequent first.

    Examples
    --------
    >>> join_reasons(["refused", "not done", "refused"]), join_reasons([])
    ('refused (2); not done (1)', 'nobody')
    """
    counts = pd.Series(list(texts), dtype="str").value_counts()
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return "; ".join(f"{text} ({n})" for text, n in ordered) or NOBODY


def find_unreconciled(results: pd.DataFrame) -> pd.DataFrame:
    """Return the results whose number of participants contradicts the flow.

    A safety result has the whole population for its denominator, if it names one and is of no
    arm or visit; no other result has more participants than its population. The pairs of an
    outcome (``efficacy.<outcome>.n_pairs``) are those that the flow says are analysed.

    Parameters
    ----------
    results
        The table results, of all notebooks.

    Returns
    -------
    pandas.DataFrame
        `result_id, n, flow_id, expected`; no row if everything reconciles. A population that
        is missing from the flow is expected to have no participant.
    """
    flow = results[results["analysis"] == "flow"].set_index("result_id")["value"]
    counted = results[results["population"].ne("") & results["n"].notna()]
    counted = counted[counted["analysis"].isin([*COUNTED_IN_FULL, *COUNTED_IF_KNOWN])]
    found = counted.assign(flow_id="flow." + counted["population"] + ".n")
    found["expected"] = found["flow_id"].map(flow).fillna(0)
    whole = found["analysis"].isin(COUNTED_IN_FULL) & found["group"].eq("") & found["visit"].eq("")
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
            f"{first['result_id']} has {first['n']:g} participants, {first['flow_id']} says "
            f"{first['expected']:g}",
            hint="Run the notebooks of both again, with the same population",
        )
