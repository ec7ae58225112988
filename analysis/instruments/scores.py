"""Score every outcome of the study from items."""

import pandas as pd

from analysis.errors import DataError
from analysis.instruments.catalogue import find_instrument, find_variant
from analysis.instruments.checks import check_items
from analysis.instruments.score_rows import SCORE_COLUMNS
from analysis.instruments.totals import check_totals
from analysis.tables import shape_table


def score_items(items, study):
    """Score every variant that study.yml names, at every visit with items.

    Parameters
    ----------
    items : pandas.DataFrame
        The items table; order does not matter.
    study : analysis.study.Study

    Returns
    -------
    pandas.DataFrame
        The scores table: one row per participant, visit, outcome, variant and component.
        A visit has a row where the participant has any item of the instrument there and
        the variant was due, that is, anyone has one of its items at that visit. A missing
        score is empty with its reason, never zero.

    Raises
    ------
    DataError
        Items that cannot be scored (see `analysis.instruments.checks.check_items`), totals
        that contradict their items, a component that its instrument does not have.
    """
    checked = check_items(items, study.scoring)
    check_totals(checked)
    outcomes = (*study.outcomes, *study.supporting)
    made = {}
    for name in dict.fromkeys(outcome.instrument for outcome in outcomes):
        instrument = find_instrument(name)
        own = checked[checked["instrument"].isin((name, *instrument.reads))]
        if len(own):
            made[name] = pd.concat(instrument.score(own, study.scoring), ignore_index=True)
    tables = [pd.DataFrame(columns=["outcome", *SCORE_COLUMNS])]
    tables += [
        _name_scores(made[outcome.instrument], outcome, variant, name)
        for outcome in outcomes
        for name, variant in outcome.variants.items()
        if outcome.instrument in made
    ]
    return shape_table(pd.concat(tables, ignore_index=True), "scores")


def list_components(outcome, variant):
    """Return the components of a variant that an outcome shows, in the outcome's order.

    Raises
    ------
    DataError
        study.yml names one that the primary variant does not have.
    """
    known = {component.name: component for component in variant.components}
    unknown = [name for name in outcome.components if name not in known]
    if unknown and outcome.variants.get("primary") == variant.name:
        raise DataError(
            f"outcome {outcome.name} has no component {unknown[0]}",
            file="study.yml",
            hint=f"Known: {', '.join(known)}",
        )
    return [known[name] for name in outcome.components if name in known]


def _name_scores(scores, outcome, variant, name):
    definition = find_variant(find_instrument(outcome.instrument), variant)
    shown = ["total", *(c.name for c in list_components(outcome, definition))]
    kept = scores[(scores["variant"] == variant) & scores["component"].isin(shown)]
    return kept.assign(outcome=outcome.name, variant=name)
