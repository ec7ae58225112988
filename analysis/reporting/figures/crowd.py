"""What a figure with a row or a panel per participant does when there are too many."""

MOST = 60


def keep_first(people):
    """Keep as many participants as a figure can show.

    Parameters
    ----------
    people : sequence of str

    Returns
    -------
    shown : list of str
    note : str
        That the others are not shown; "" if all are.

    Examples
    --------
    >>> keep_first(["P1", "P2"])
    (['P1', 'P2'], '')
    """
    people = list(people)
    if len(people) <= MOST:
        return people, ""
    return people[:MOST], f"The first {MOST} of {len(people)} participants are shown."
