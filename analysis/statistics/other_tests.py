"""Other tests and estimates of the changes that the primary analysis is made of."""

from analysis.results import NOT_ATTAINABLE, attempt
from analysis.statistics.checks import round_differences
from analysis.statistics.moments import compute_mean, compute_median
from analysis.statistics.paired_t import paired_t
from analysis.statistics.sensitivity import make_writer
from analysis.statistics.sign_flip import sign_flip
from analysis.statistics.sign_test import sign_test
from analysis.statistics.signed_rank import signed_rank

TRIMMED_SHARE = 0.2
OUT_OF_REACH = "so few changes do not attain the level of the interval"
# With so many pairs at most, Wilcoxon, Pratt, sign flips and the closed exact interval decide
# alike at 5 %: tests enumerate it.
ALIKE_UP_TO = 7


def compare_tests(pairs, outcome, study, context, *, visit):
    """Return other tests and estimates of the same changes.

    Up to seven participants the exact tests cannot disagree at 5 %: Wilcoxon, Pratt, sign flips
    and the interval reject together, so that their agreement says nothing. The sign test, t and
    the robust estimates can differ.

    Parameters
    ----------
    pairs : pandas.DataFrame
        The pairs of the primary analysis.
    outcome, study, context, visit
        As in `outcome.summarise_outcome`.

    Returns
    -------
    list of dict
    """
    change = round_differences(pairs["change"], decimals=outcome.difference_decimals)
    confidence = study.analysis.confidence.value

    def state(qualifier):
        return make_writer(outcome, context, n=len(pairs), visit=visit, qualifier=qualifier)

    pratt = signed_rank(change, zeros="pratt")
    wilcoxon = signed_rank(change, zeros="wilcoxon")
    rows = [
        state("pratt").p("p_value", pratt.p_value, method="exact, zeros ranked, then dropped"),
        state("mid_p").p("p_value", wilcoxon.mid_p, method="exact, zeros dropped, mid-p"),
    ]
    for qualifier, compute, name, method in (
        ("t", paired_t, "mean_change", "paired t"),
        ("sign_flip", sign_flip, "mean_change", "exact sign flips of the mean"),
    ):
        result, reason = attempt(compute, change, confidence=confidence)
        for limit in ("low", "high"):
            value = result and getattr(result, limit)
            row = state(qualifier).score(f"{name}_{limit}", value, method=method, warning=reason)
            if qualifier == "sign_flip" and result and result.attained < confidence:
                row |= {"value": None, "text": NOT_ATTAINABLE, "warning": OUT_OF_REACH}
            rows.append(row)
        rows.append(
            state(qualifier).p("p_value", result and result.p_value, method=method, warning=reason)
        )
    result, reason = attempt(sign_test, change)
    rows.append(
        state("sign_test").p(
            "p_value", result and result.p_value, method="sign test", warning=reason
        )
    )
    return rows + list(_estimate_robustly(state("robust"), change))


def trim_mean(values, *, share=TRIMMED_SHARE):
    """Return the mean without the given share of the values at either end (rounded down).

    Of seven values a fifth is one at either end.
    """
    cut = int(share * len(values) + 1e-9)
    return compute_mean(sorted(values)[cut : len(values) - cut])


def _estimate_robustly(writer, change):
    for statistic, compute, method in (
        ("median_change", compute_median, "median"),
        (
            "trimmed_mean_change",
            trim_mean,
            f"mean without the outer {TRIMMED_SHARE:.0%} at either end",
        ),
    ):
        value, reason = attempt(compute, change)
        yield writer.score(statistic, value, method=method, warning=reason)
