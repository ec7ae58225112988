"""The primary analysis of every outcome, with what is shown beside it and the placebo benchmark."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

import pandas as pd

from analysis.errors import DataError
from analysis.results import Context, ResultWriter, Row, collect_results
from analysis.statistics.checks import (
    check_share,
    compute_mean,
    compute_median,
    compute_sd,
    round_differences,
)
from analysis.statistics.family import summarise_family
from analysis.statistics.outcome import (
    SUPPORTIVE,
    describe_scores,
    make_writer,
    state_value,
    summarise_outcome,
)
from analysis.statistics.populations import average_treated_hands, select_pairs, select_population
from analysis.statistics.prepared_pairs import select_survivors
from analysis.study import Outcome, Study


@dataclass(frozen=True)
class Prediction:
    """Where the mean change of n patients like those of a published placebo arm would lie.

    A t distribution with `df` degrees of freedom about `centre`, stretched by `scale`; `low`
    and `high` enclose the asked share of it.
    """

    centre: float
    scale: float
    df: int
    low: float
    high: float

    def place(self, mean: float) -> float:
        """Return the share of such groups, 0 to 1, whose mean would lie below this one."""
        from scipy.special import stdtr

        return float(stdtr(self.df, (mean - self.centre) / self.scale))


def summarise_efficacy(
    pairs: pd.DataFrame,
    scores: pd.DataFrame,
    participants: pd.DataFrame,
    study: Study,
    context: Context,
    *,
    visit: str | None = None,
) -> pd.DataFrame:
    """Return all results of the changes from baseline.

    Parameters
    ----------
    pairs
        As `prepare_pairs` returns them.
    scores, participants
        The tables of those names.
    context
        Its population chooses the participants.
    visit
        The follow-up visit; by default the one of study.yml.

    Returns
    -------
    The table of results: ``efficacy.<outcome>.<statistic>`` for the primary variant;
    variants, components, treated hands and visits stand between outcome and statistic.
    """
    visit = study.visit(visit or study.analysis.followup_visit.value).name
    pairs = select_population(pairs, participants, context.population)
    scores = select_population(scores, participants, context.population)
    rows, tests = [], {}
    for outcome in study.outcomes:
        writer = make_writer(outcome, context, visit=visit)
        chosen = select_pairs(pairs, outcome.name, visit=visit)
        primary = summarise_outcome(chosen, outcome, study.analysis, writer)
        by_name = {row["statistic"]: row for row in primary}
        tests[outcome.name] = (by_name["p_value"]["value"], by_name["p_min"]["value"])
        rows += primary
        if outcome.name == study.placebo_benchmark.outcome:
            rows += compare_placebo(by_name["mean_change"], study, writer)
        for qualified, shown in _list_supportive(pairs, participants, outcome, writer):
            # Threshold and measurement error are those of the score itself.
            part = replace(outcome, threshold=None)
            supportive = summarise_outcome(shown, part, study.analysis, qualified)
            rows += [row for row in supportive if row["statistic"] in SUPPORTIVE]
        rows += _describe_visits(scores, select_survivors(pairs), outcome, study, writer)
    rows += summarise_family(select_survivors(pairs), tests, study, context, visit=visit)
    return collect_results(rows)


def predict_placebo_mean(
    *, mean: float, sd: float, n_placebo: int, n: int, confidence: float = 0.95
) -> Prediction:
    """Predict the mean change of n patients like those of a published placebo arm.

    The spread is sd * sqrt(1/n + 1/n_placebo), since the arm's own mean is an estimate, with
    n_placebo - 1 df. It assumes normal changes, and patients, setting, season and time of
    follow-up like those of that trial; it is a benchmark, not a test.

    Parameters
    ----------
    mean, sd
        Change in the placebo arm.
    n_placebo, n
        Its size, and the size of the group to predict.

    Raises
    ------
    DataError
        A group of none, a placebo arm of fewer than two, an SD not above 0.
    """
    if n < 1 or n_placebo < 2 or not sd > 0:
        raise DataError(f"no prediction for {n} from {n_placebo} with SD {sd}")
    from scipy.special import stdtrit

    df = n_placebo - 1
    scale = sd * math.sqrt(1 / n + 1 / n_placebo)
    reach = float(stdtrit(df, (1 + check_share(confidence, "confidence")) / 2)) * scale
    return Prediction(mean, scale, df, mean - reach, mean + reach)


def compare_placebo(mean_change: Row, study: Study, writer: ResultWriter) -> list[Row]:
    """Return the rows that hold the mean change against a published placebo arm.

    Parameters
    ----------
    mean_change
        The result of that name, of the benchmark's outcome.

    Returns
    -------
    Empty where no participant has a change.
    """
    n, value = mean_change["n"], mean_change["value"]
    if value is None:
        return []
    benchmark = study.placebo_benchmark
    prediction = predict_placebo_mean(
        mean=benchmark.mean_change,
        sd=benchmark.sd_change,
        n_placebo=benchmark.n,
        n=n,
        confidence=study.analysis.confidence.value,
    )
    warning = "a benchmark, not a test; assumes normal changes and patients like that trial's"
    if writer.context.data_origin == "simulated":
        warning += "; simulated data: shows the method only"
    writer = replace(writer, n=n, variant="", warning=warning)
    method = f"predictive interval for the mean of {n} placebo-like patients"
    share = "share of such groups whose mean would lie below the observed one"
    return [
        writer.score("placebo_low", prediction.low, method=method),
        writer.score("placebo_high", prediction.high, method=method),
        writer.percent("placebo_position", prediction.place(value), method=share),
    ]


def _list_supportive(
    pairs: pd.DataFrame, participants: pd.DataFrame, outcome: Outcome, writer: ResultWriter
) -> Iterator[tuple[ResultWriter, pd.DataFrame]]:
    """Yield writer and pairs of the variants, components and treated hands that have any."""
    visit = writer.visit
    for variant in outcome.variants:
        chosen = select_pairs(pairs, outcome.name, variant=variant, visit=visit)
        if variant != "primary" and len(chosen):
            yield replace(writer, qualifier=variant, variant=variant), chosen
    for name in outcome.components:
        chosen = select_pairs(pairs, outcome.name, component=name, visit=visit)
        if len(chosen):
            # A component has a unit of its own, which the tables do not carry.
            yield replace(writer, qualifier=name, unit=""), chosen
    treated = average_treated_hands(pairs, participants, outcome, visit=visit)
    if len(treated):
        yield replace(writer, qualifier="treated_hands"), treated


def _describe_visits(
    scores: pd.DataFrame, pairs: pd.DataFrame, outcome: Outcome, study: Study, writer: ResultWriter
) -> Iterator[Row]:
    """Yield what describes the primary score at each visit; none of it is a test."""
    for visit in study.visits:
        recorded = select_pairs(scores, outcome.name, visit=visit.name)["score"].dropna()
        values = select_pairs(pairs, outcome.name, visit=visit.name)["change"]
        change = round_differences(values, decimals=outcome.difference_decimals)
        at_visit = replace(writer, n=len(recorded), qualifier=visit.name, visit=visit.name)
        if len(recorded):
            yield at_visit.count("n_scores", len(recorded))
            yield from describe_scores(at_visit, recorded)
            yield at_visit.score("minimum", float(recorded.min()))
            yield at_visit.score("maximum", float(recorded.max()))
        at_visit = replace(at_visit, n=len(change))
        if len(change):
            yield at_visit.count("n_pairs", len(change))
            yield state_value(at_visit, "mean_change", compute_mean, change)
            yield state_value(at_visit, "sd_change", compute_sd, change)
            yield state_value(at_visit, "median_change", compute_median, change)
