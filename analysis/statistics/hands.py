"""Hand outcomes of treated hands alone, where somebody had one hand treated."""

HANDS = ("right", "left")


def average_treated_hands(pairs, participants, outcome, *, visit):
    """Return pairs of the mean score per treated hand.

    Parameters
    ----------
    pairs : pandas.DataFrame
        The table of that name, of one population.
    participants : pandas.DataFrame
        The table of that name; `treated_hands` is both, right, left or none.
    outcome : analysis.study.Outcome
    visit : str

    Returns
    -------
    pandas.DataFrame
        A row per participant with a score of every treated hand. Empty where everybody in
        `pairs` had both hands treated, since nothing then differs from the outcome itself, and
        for an outcome that is not scored by hand.
    """
    chosen = pairs[
        (pairs["outcome"] == outcome.name)
        & (pairs["variant"] == "primary")
        & (pairs["component"].isin(HANDS))
        & (pairs["visit"] == visit)
    ]
    treated = participants.set_index("participant_id")["treated_hands"]
    hands = chosen["participant_id"].map(treated)
    if not outcome.of_hands or (hands == "both").all():
        return chosen.iloc[:0]
    chosen = chosen[(hands == "both") | (hands == chosen["component"])]
    grouped = chosen.groupby("participant_id")
    needed = grouped["participant_id"].first().map(treated).map({"both": 2}).fillna(1)
    means = grouped[["baseline", "followup", "change", "improvement"]].mean()
    return means[grouped.size() == needed].reset_index()
