"""The estimate without each participant in turn: how much hangs on one person."""

import re

from analysis.results import attempt
from analysis.statistics.checks import round_differences
from analysis.statistics.hodges_lehmann import hodges_lehmann
from analysis.statistics.sensitivity import make_writer


def leave_each_out(pairs, outcome):
    """Estimate without each participant.

    Estimates only: with six participants an interval or a p-value answers another question.

    Parameters
    ----------
    pairs : pandas.DataFrame
        Pairs of the outcome, one row per participant.
    outcome : analysis.study.Outcome

    Returns
    -------
    dict of str to float
        Hodges-Lehmann estimate by the participant left out; None where nobody is left.
    """
    change = round_differences(pairs["change"], decimals=outcome.difference_decimals)
    people = pairs["participant_id"].tolist()
    results = (attempt(hodges_lehmann, change[[o != p for o in people]])[0] for p in people)
    return {p: r and r.estimate for p, r in zip(people, results, strict=True)}


def summarise_leave_one_out(pairs, outcome, context, *, visit):
    """Return the estimate without each participant, and the lowest and the highest of them."""
    estimates = leave_each_out(pairs, outcome)

    def writer(qualifier, group):
        return make_writer(
            outcome,
            context,
            n=max(len(pairs) - 1, 0),
            visit=visit,
            qualifier=qualifier,
            group=group,
        )

    rows = [
        writer(f"without.{_name(person)}", person).score(
            "hl", estimate, method="Hodges-Lehmann estimate without this participant"
        )
        for person, estimate in estimates.items()
    ]
    known = {p: e for p, e in estimates.items() if e is not None}
    for name, pick in (("lowest", min), ("highest", max)):
        person = pick(known, key=lambda p: (known[p], p)) if known else ""
        rows.append(
            writer("leave_one_out", person).score(
                f"hl_{name}", known.get(person), method=f"{name} estimate without one participant"
            )
        )
    return rows


def _name(person):
    return re.sub(r"[^0-9a-z]+", "_", person.lower())
