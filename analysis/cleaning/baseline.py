"""Baseline: the last complete assessment before anaesthesia, instrument by instrument."""

import pandas as pd

# Parts of one form that are instruments of their own in items.
ALSO = {"shaq": "haq"}


def choose_baseline(items, visits, study):
    """Let the last complete assessment before the procedure bear the name of the baseline visit.

    Where it is not the one recorded at the baseline visit (that is incomplete, absent, or dated
    after the procedure), the two change names; so every row keeps a visit, and its `source`.
    Only instruments of registered outcomes are looked at.

    Parameters
    ----------
    items : pandas.DataFrame
        The table items, not yet shaped.
    visits : pandas.DataFrame
        With `study_day`.
    study : analysis.study.Study

    Returns
    -------
    pandas.DataFrame
    """
    baseline = study.analysis.baseline_visit.value
    names = [visit.name for visit in study.visits if visit.day is not None and visit.day < 0]
    order = {name: place for place, name in enumerate(names)}
    instruments = {outcome.instrument for outcome in study.outcomes}
    instruments |= {ALSO[name] for name in instruments & ALSO.keys()}
    early = items[items["visit"].isin(names) & items["instrument"].isin(instruments)]
    before = _before_procedure(early, visits)
    if early["visit"].eq(baseline).all() and before.all():
        return items
    told = early.assign(
        filled=early["value"].notna() | early["text"].ne(""),
        before=before,
        place=early["visit"].map(order),
    )
    who = ["participant_id", "instrument"]
    whole = told.groupby([*who, "place"])[["filled", "before"]].all().all(axis=1)
    chosen = whole[whole].reset_index().groupby(who)["place"].max().rename("chosen")
    told = told.join(chosen, on=who)
    other = told["chosen"].notna() & (told["chosen"] != order[baseline])
    place = told["place"].astype("float64")
    swapped = place.mask(other & (place == told["chosen"]), order[baseline])
    swapped = swapped.mask(other & (place == order[baseline]), told["chosen"])
    renamed = swapped.map({place: name for name, place in order.items()})
    return items.assign(visit=renamed.reindex(items.index).fillna(items["visit"]))


def _before_procedure(early, visits):
    """Say which rows belong to a visit that is not dated after the procedure."""
    late = visits[visits["study_day"].fillna(0) > 0]
    late = pd.MultiIndex.from_frame(late[["participant_id", "visit"]])
    pairs = pd.MultiIndex.from_frame(early[["participant_id", "visit"]])
    return pd.Series(~pairs.isin(late), index=early.index)
