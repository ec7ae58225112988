"""The tipping-point table: every change that the missing could have had, and what would follow."""

from analysis.results import format_number
from analysis.statistics.checks import round_differences
from analysis.statistics.hodges_lehmann import hodges_lehmann
from analysis.statistics.missing_visits import add_changes, list_changes
from analysis.statistics.sensitivity import make_writer, summarise_alternative

STATISTICS = ("n_pairs", "hl", "hl_low", "hl_high", "p_value", "p_min")
NOBODY = "nobody lacks a pair"


def summarise_tipping(pairs, missing, outcome, study, context, *, visit):
    """Return one result per assumed change and statistic, and where the interval excludes zero.

    Parameters
    ----------
    pairs : pandas.DataFrame
        Pairs of the outcome.
    missing : pandas.DataFrame
        As `missing_visits.find_missing` returns it; all get the same change.
    outcome, study, context, visit
        As in `sensitivity.summarise_alternative`.

    Returns
    -------
    list of dict
        ``tipping.<change>.<statistic>``; ``missing.n_missing``; ``missing.excludes_zero``, the
        assumed changes with which the interval excludes zero.
    """
    changes = list_changes(missing, outcome)
    rows = []
    for change in changes:
        filled = add_changes(pairs, missing, outcome, change=change)
        stated = summarise_alternative(
            filled,
            outcome,
            study,
            context,
            visit=visit,
            qualifier=f"tipping.{name_change(change)}",
            group=f"change of {_print([change], changes)}",
        )
        rows += [row for row in stated if row["statistic"] in STATISTICS]
    writer = make_writer(
        outcome, context, n=len(pairs) + len(missing), visit=visit, qualifier="missing"
    )
    return [
        writer.count("n_missing", len(missing), method="baseline but no pair"),
        writer.row(
            "excludes_zero",
            None,
            _print_excluding(pairs, missing, outcome, study, changes),
            method="assumed changes with which the interval excludes zero",
        ),
        *rows,
    ]


def name_change(change):
    """Name a change as part of an id: minus_2_5, 0, plus_3."""
    sign = {-1: "minus_", 0: "", 1: "plus_"}[(change > 0) - (change < 0)]
    return sign + f"{abs(change):g}".replace(".", "_")


def _print_excluding(pairs, missing, outcome, study, changes):
    if not changes:
        return NOBODY
    excluding = []
    for change in changes:
        filled = add_changes(pairs, missing, outcome, change=change)["change"]
        interval = hodges_lehmann(
            round_differences(filled, decimals=outcome.difference_decimals),
            confidence=study.analysis.confidence.value,
        )
        if interval.attainable and (interval.low > 0 or interval.high < 0):
            excluding.append(change)
    return _print(excluding, changes) or "none"


def _print(chosen, changes):
    decimals = 0 if all(change == int(change) for change in changes) else 1
    return "; ".join(format_number(change, decimals) for change in chosen)
