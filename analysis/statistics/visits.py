"""Every visit as description: the scores at it, and the changes to it."""

from analysis.results import ResultWriter, attempt
from analysis.statistics.checks import round_differences
from analysis.statistics.moments import compute_mean, compute_median, compute_sd


def describe_visits(scores, pairs, outcome, study, context):
    """Return the rows that describe the primary score at each visit; none of them is a test.

    Parameters
    ----------
    scores, pairs : pandas.DataFrame
        Rows of the tables of those names, of one population; any outcomes.
    outcome : analysis.study.Outcome
    study : analysis.study.Study
        Names the visits, in their order.
    context : analysis.results.Context

    Returns
    -------
    list of dict
    """
    own_scores = scores[
        (scores["outcome"] == outcome.name)
        & (scores["variant"] == "primary")
        & (scores["component"] == "total")
        & scores["score"].notna()
    ]
    own_pairs = pairs[
        (pairs["outcome"] == outcome.name)
        & (pairs["variant"] == "primary")
        & (pairs["component"] == "total")
    ]
    rows = []
    for visit in study.visits:
        at_visit = own_scores.loc[own_scores["visit"] == visit.name, "score"]
        changes = own_pairs.loc[own_pairs["visit"] == visit.name, "change"]
        if len(at_visit):
            rows += _describe_scores(at_visit, outcome, visit, context)
        if len(changes):
            rows += _describe_changes(changes, outcome, visit, context)
    return rows


def _describe_scores(values, outcome, visit, context):
    writer = _make_writer(values, outcome, visit, context)
    yield writer.count("n_scores", len(values))
    for name, compute in (("mean", compute_mean), ("sd", compute_sd), ("median", compute_median)):
        value, reason = attempt(compute, values)
        yield writer.score(name, value, warning=reason)
    yield writer.score("minimum", float(values.min()))
    yield writer.score("maximum", float(values.max()))


def _describe_changes(values, outcome, visit, context):
    writer = _make_writer(values, outcome, visit, context)
    change = round_differences(values, decimals=outcome.difference_decimals)
    yield writer.count("n_pairs", len(values))
    for name, compute in (
        ("mean_change", compute_mean),
        ("sd_change", compute_sd),
        ("median_change", compute_median),
    ):
        value, reason = attempt(compute, change)
        yield writer.score(name, value, warning=reason)


def _make_writer(values, outcome, visit, context):
    return ResultWriter(
        context,
        outcome.name,
        n=len(values),
        unit=outcome.unit,
        decimals=outcome.decimals,
        qualifier=visit.name,
        variant="primary",
        visit=visit.name,
    )
