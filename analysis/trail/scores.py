"""The pairs and scores behind a result of an outcome."""

from analysis.statistics.populations import select_population

TOTAL = "total"


def find_outcome(result, study):
    """Return the outcome of study.yml that a result is about, None if it is about none."""
    outcomes = {outcome.name: outcome for outcome in study.outcomes}
    return outcomes.get(result["outcome"])


def find_component(result, outcome):
    """Return the component that a result is about: the part of its id after the outcome."""
    parts = result["result_id"].split(".")
    return parts[2] if len(parts) > 3 and parts[2] in outcome.components else TOTAL


def find_pairs(result, trial):
    """Return the pairs behind a result of an outcome: its population, variant and visit.

    Parameters
    ----------
    result : pandas.Series
        A row of the results.
    trial : analysis.trail.trial.Trial

    Returns
    -------
    pandas.DataFrame
        Rows of the table of that name; none for a result of a single visit.
    """
    outcome = find_outcome(result, trial.study)
    pairs = trial.pairs
    chosen = pairs[
        (pairs["outcome"] == outcome.name)
        & (pairs["variant"] == (result["variant"] or "primary"))
        & (pairs["component"] == find_component(result, outcome))
        & (pairs["visit"] == result["visit"])
    ]
    if result["population"]:
        chosen = select_population(chosen, trial.participants, result["population"])
    return chosen.reset_index(drop=True)


def find_scores(result, trial):
    """Return the scores behind a result of an outcome, at baseline and at its visit.

    Missing scores are among them, since they are why somebody is not counted.
    """
    study = trial.study
    outcome = find_outcome(result, study)
    scores = trial.scores
    baseline = study.analysis.baseline_visit.value
    chosen = scores[
        (scores["outcome"] == outcome.name)
        & (scores["variant"] == (result["variant"] or "primary"))
        & (scores["component"] == find_component(result, outcome))
        & scores["visit"].isin({baseline, result["visit"]})
    ]
    if result["population"]:
        chosen = select_population(chosen, trial.participants, result["population"])
    return chosen.reset_index(drop=True)
