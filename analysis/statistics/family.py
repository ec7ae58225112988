"""The nine outcomes together: the decision rule, and what describes them jointly."""

import pandas as pd

from analysis.results import ResultWriter, attempt
from analysis.statistics.checks import round_differences
from analysis.statistics.max_t import fixed_sequence, global_test, holm, max_t
from analysis.statistics.populations import select_pairs

PATTERNS = {True: "all patterns of signs", False: "random patterns of signs"}


def make_change_matrix(pairs, outcomes, *, visit, column="change"):
    """Return the primary changes as a table of participants by outcomes, in their order.

    Parameters
    ----------
    pairs : pandas.DataFrame
        The table of that name, of one population.
    outcomes : sequence of analysis.study.Outcome
    visit : str
    column : {"change", "improvement"}

    Returns
    -------
    pandas.DataFrame
        Rounded to each outcome's precision; NaN where a participant has no pair.
    """
    series = []
    for outcome in outcomes:
        own = select_pairs(pairs, outcome.name, visit=visit).set_index("participant_id")[column]
        rounded = round_differences(own, decimals=outcome.difference_decimals)
        series.append(pd.Series(rounded, index=own.index, name=outcome.name))
    return pd.concat(series, axis=1).sort_index()


def summarise_family(pairs, tests, study, context, *, visit):
    """Return the rows on all outcomes: fixed sequence, Holm, max-T and the global test.

    Parameters
    ----------
    pairs : pandas.DataFrame
        The table of that name, of one population.
    tests : dict of str to tuple of float
        p-value and smallest attainable p-value of each outcome, in the order of testing.
    study : analysis.study.Study
    context : analysis.results.Context
    visit : str

    Returns
    -------
    list of dict
    """

    def make(name, n=None):
        return ResultWriter(context, name, n, unit="", decimals=0, visit=visit)

    directed = [outcome for outcome in study.outcomes if outcome.direction]
    changes = make_change_matrix(pairs, study.outcomes, visit=visit)
    improvements = make_change_matrix(pairs, directed, visit=visit, column="improvement")
    return [
        *_decide(tests, study, make),
        *_adjust_by_holm(tests, make),
        *_adjust_by_max_t(changes, make),
        *_test_globally(improvements, make),
    ]


def _decide(tests, study, make):
    alpha = study.analysis.alpha.value
    names = list(tests)
    decision = fixed_sequence([p for p, _ in tests.values()], alpha=alpha)
    end = len(names) if decision.stopped_at is None else decision.stopped_at
    method = f"fixed sequence in registered order, each step at {alpha:g}"
    for step, name in enumerate(names):
        text = f"p at or below {alpha:g}" if step < end else "descriptive"
        text = "the sequence stops here" if step == end else text
        yield make(name).row("fixed_sequence", step + 1, text, method=method)
    warning = "an order that the analysts imposed"
    sequence = make("fixed_sequence")
    stopped = names[end : end + 1]
    yield sequence.row(
        "stopped_at",
        end + 1 if stopped else None,
        study.outcome(stopped[0]).label if stopped else "no step",
        method=method,
        warning=warning,
    )
    yield sequence.row(
        "n_tested", min(end + 1, len(names)), str(min(end + 1, len(names))), method=method
    )


def _adjust_by_holm(tests, make):
    p_values, attainable = zip(*tests.values(), strict=True)
    result = holm(p_values, attainable=attainable)
    method = f"Holm over {len(tests)} outcomes"
    for name, adjusted in zip(tests, result.adjusted, strict=True):
        yield make(name).p("holm_p", adjusted, method=method)
    yield make("holm").p(
        "floor", result.floor, method=method, warning="the smallest that any could have been"
    )


def _adjust_by_max_t(changes, make):
    result = max_t(changes.to_numpy())
    method = f"joint sign-flip max-T over {changes.shape[1]} outcomes, {PATTERNS[result.exact]}"
    for name, adjusted, smallest in zip(changes, result.adjusted, result.attainable, strict=True):
        writer = make(name, n=int(changes[name].notna().sum()))
        yield writer.p("max_t_p", adjusted, method=method, warning="descriptive")
        yield writer.p("max_t_p_min", smallest, method="smallest attainable max-T p")


def _test_globally(improvements, make):
    n_outcomes = improvements.shape[1]
    result, reason = attempt(global_test, improvements.to_numpy())
    writer = make("global_test", n=result and result.n_participants)
    method = f"sign-flip test of the summed standardised improvements, {n_outcomes} outcomes"
    method += f", {PATTERNS[result.exact]}" if result else ""
    yield writer.p("p_value", result and result.p_value, method=method, warning=reason)
    yield writer.p("p_min", result and result.attainable, method="smallest attainable p")
    yield writer.number(
        "mean_improvement",
        result and result.mean_improvement,
        method="mean improvement in root mean squares, over participants and outcomes",
        warning=reason,
    )
    yield writer.row("n_outcomes", n_outcomes, str(n_outcomes))
