"""Choose the participants of an analysis, and their pairs."""

from analysis.errors import DataError


def select_population(frame, participants, population):
    """Return the rows of the participants of a population, in the order of the frame.

    Parameters
    ----------
    frame : pandas.DataFrame
        Any table with `participant_id`.
    participants : pandas.DataFrame
        The table of that name; its column ``in_<population>`` says "yes" or "no".
    population : str
        A population of study.yml.

    Raises
    ------
    DataError
        No such population, or a pair of somebody who is no participant.
    """
    column = f"in_{population}"
    if column not in participants.columns:
        known = [name[3:] for name in participants.columns if name.startswith("in_")]
        raise DataError(
            f"{population!r} is no population of participants", hint=f"Known: {', '.join(known)}"
        )
    strangers = sorted(set(frame["participant_id"]) - set(participants["participant_id"]))
    if strangers:
        raise DataError("somebody with scores is no participant", participant=strangers[0])
    members = participants.loc[participants[column] == "yes", "participant_id"]
    return frame[frame["participant_id"].isin(members)]


def select_pairs(pairs, outcome, *, variant="primary", component="total", visit):
    """Return the pairs of one score at one visit, sorted by participant."""
    chosen = pairs[
        (pairs["outcome"] == outcome)
        & (pairs["variant"] == variant)
        & (pairs["component"] == component)
        & (pairs["visit"] == visit)
    ]
    return chosen.sort_values("participant_id", kind="stable")
