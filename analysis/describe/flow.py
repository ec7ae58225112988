"""The flow of participants: how many reached each stage, and why the others did not."""

from analysis.describe.losses import LOSSES, NO_REASON, explain_missed, find_lost, join_reasons
from analysis.results import ResultWriter


def describe_flow(
    participants, visits, disposition, scores, pairs, study, context, *, followup_visit, population
):
    """Make the results of the flow.

    Parameters
    ----------
    participants, visits, disposition, scores, pairs : pandas.DataFrame
        The tables.
    study : analysis.study.Study
    context : analysis.results.Context
    followup_visit, population : str
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


def find_due(participants, visit, population):
    """Return who is due at a visit.

    At screening everyone is due, until the procedure everyone enrolled, then the population.
    """
    people = participants["participant_id"]
    if visit.name == "screening":
        return people
    after = visit.day is not None and visit.day > 0
    return people[participants[f"in_{population if after else 'enrolled'}"] == "yes"]


def split_analysed(outcome, people, scores, pairs, study, followup_visit):
    """Split participants into those whose change in an outcome is analysed, and the others.

    Parameters
    ----------
    outcome : analysis.study.Outcome
    people : pandas.Series of str
        Participants of the population.
    scores, pairs : pandas.DataFrame
        The tables.

    Returns
    -------
    analysed : list of str
        Participants with a pair of the primary variant's total.
    reasons : list of str
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
