"""Count adverse events and the participants who had them, never one for the other."""

import itertools

import pandas as pd

from analysis.errors import DataError


def summarise_adverse_events(
    events, participants, *, by=(), group=None, among=None, confidence=0.95
):
    """Count participants and events in every category.

    A participant counts once in a category. Where `by` holds ``grade``, they count at their
    worst recorded grade within the rest of `by`; events count at their own grade. An empty
    cell of `by` is a category of its own, "", and is never dropped.

    Parameters
    ----------
    events : pandas.DataFrame
        The events to count, columns `participant_id`, `grade` and those of `by`.
    participants : pandas.DataFrame
        The denominator: everyone in the population, one row each, with or without events.
    by : sequence of str
        Columns of `events` that make the categories; none gives the overall count.
    group : str, optional
        Column of `participants` with the arms; each is counted in itself, and every category
        appears in every arm.
    among : pandas.DataFrame, optional
        More events, whose categories are listed as well, also where none of `events` is in
        them: nobody had those, which is a result with an upper bound.
    confidence : float
        Of the two-sided Clopper-Pearson interval.

    Returns
    -------
    pandas.DataFrame
        Columns `group` (if asked), those of `by` (text), `participants`, `events`,
        `denominator`, `share`, `share_low`, `share_high`, sorted by group and category;
        the shares lie in 0 to 1 and are missing where the denominator is 0.

    Raises
    ------
    DataError
        A participant given twice or without an arm, or an event of someone outside the
        denominator.

    References
    ----------
    Clopper and Pearson 1934, Biometrika 26:404-413.
    """
    by, strata = list(by), [group] if group else []
    _check_denominator(events, participants, group)
    people = participants[["participant_id", *strata]]
    counted = events[["participant_id", "grade", *[name for name in by if name != "grade"]]]
    counted = _name_categories(counted.merge(people, on="participant_id"), by)
    once = _keep_worst_grade(counted, by, strata)
    listed = counted if among is None else _name_categories(among, by)
    keys = _list_categories(listed, people, by, group)
    sizes = people.groupby(strata)["participant_id"].size() if group else len(people)
    summary = pd.DataFrame(keys, columns=[*strata, *by])
    for name, rows in (("participants", once), ("events", counted)):
        summary[name] = _count_rows(rows, summary, [*strata, *by])
    summary["denominator"] = summary[group].map(sizes) if group else sizes
    return _add_shares(summary, confidence)


def order_by_frequency(summary, by):
    """Sort categories by participants, then events (both falling, over all arms), then name."""
    totals = summary.groupby(by)[["participants", "events"]].transform("sum")
    keys = summary.assign(all_participants=-totals["participants"], all_events=-totals["events"])
    order = keys.sort_values(["all_participants", "all_events", *by], kind="stable").index
    return summary.loc[order].reset_index(drop=True)


def summarise_classes_and_terms(events, participants, **options):
    """Count by class, and by coded term within class, sorted by frequency, then name.

    A class counts each of its participants once: it is not the sum of its terms.

    Returns
    -------
    pandas.DataFrame
        As `summarise_adverse_events` by ``class`` and ``coded_term``, with each class's own
        row before its terms; `level` is ``class`` or ``term``.
    """
    classes = summarise_adverse_events(events, participants, by=("class",), **options)
    terms = summarise_adverse_events(events, participants, by=("class", "coded_term"), **options)
    parts = []
    for name in order_by_frequency(classes, ["class"])["class"].unique():
        head = classes[classes["class"] == name].assign(coded_term="", level="class")
        inside = terms[terms["class"] == name].assign(level="term")
        parts += [head, order_by_frequency(inside, ["coded_term"])]
    return pd.concat(parts, ignore_index=True) if parts else terms.assign(level="")


def _check_denominator(events, participants, group):
    repeated = participants["participant_id"][participants["participant_id"].duplicated()]
    if len(repeated):
        raise DataError("the denominator counts someone twice", participant=repeated.iloc[0])
    if group:
        homeless = participants[participants[group].isna() | participants[group].eq("")]
        if len(homeless):
            raise DataError(
                "this participant is in no arm",
                participant=homeless["participant_id"].iloc[0],
                field=group,
                hint="Add the arm, or leave the participant out of the denominator",
            )
    outside = sorted(set(events["participant_id"]) - set(participants["participant_id"]))
    if outside:
        raise DataError(
            "an adverse event belongs to nobody in the denominator",
            participant=outside[0],
            hint="Take the events of the population first, with select_emergent",
        )


def _name_categories(counted, by):
    worst = counted["grade"].astype("Int64").fillna(0)
    named = {name: counted[name].astype("object").where(counted[name].notna(), "") for name in by}
    return counted.assign(
        worst=worst, **{name: column.astype("str") for name, column in named.items()}
    )


def _keep_worst_grade(counted, by, strata):
    within = [*strata, *[name for name in by if name != "grade"], "participant_id"]
    return counted.sort_values("worst", ascending=False, kind="stable").drop_duplicates(within)


def _list_categories(listed, people, by, group):
    categories = sorted(set(listed[by].itertuples(index=False, name=None))) if by else [()]
    if not group:
        return categories
    arms = sorted(people[group].unique())
    return [(arm, *category) for arm, category in itertools.product(arms, categories)]


def _count_rows(rows, summary, keys):
    if not keys:
        return len(rows)
    sizes = rows.groupby(keys).size()
    wanted = summary[keys[0]] if len(keys) == 1 else pd.MultiIndex.from_frame(summary[keys])
    return sizes.reindex(wanted, fill_value=0).to_numpy()


def _add_shares(summary, confidence):
    from analysis.statistics.proportions import clopper_pearson

    pairs = list(zip(summary["participants"], summary["denominator"], strict=True))
    limits = {
        (k, n): clopper_pearson(int(k), int(n), confidence=confidence) for k, n in set(pairs) if n
    }
    known = [limits.get(pair) for pair in pairs]
    return summary.assign(
        share=[k / n if n else None for k, n in pairs],
        share_low=[limit.low if limit else None for limit in known],
        share_high=[limit.high if limit else None for limit in known],
    ).astype({"share": "float64", "share_low": "float64", "share_high": "float64"})
