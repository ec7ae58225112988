"""Local reactions that were asked for, at donor site and fingers, apart from adverse events."""

from analysis.describe.summaries import describe_number
from analysis.results import ResultWriter, format_count
from analysis.safety.rows import find_upper_bound

GRADES = {1: "mild", 2: "moderate", 3: "severe"}
# Pain is rated 0 to 10; every other reaction is graded 0 to 3.
RATED = ("pain",)


def list_local_reactions(items, participants):
    """Return the answers about local reactions of the participants given.

    Returns
    -------
    pandas.DataFrame
        Rows of items, sorted by location, item, visit in the order of the data's key.
    """
    mine = items["participant_id"].isin(participants["participant_id"])
    chosen = items[items["instrument"].eq("local_reaction") & mine]
    return chosen.sort_values(["location", "item", "visit", "participant_id"], kind="stable")


def describe_local_reactions(reactions, context, *, confidence=0.95):
    """Make the results of the local reactions, per location, reaction and visit.

    Parameters
    ----------
    reactions : pandas.DataFrame
        As `list_local_reactions` returns it.
    confidence : float
        Of the upper bound that is printed where nobody had a reaction.

    Returns
    -------
    list of dict
        ``safety.local_reaction.<location>.<item>.<visit>.any`` out of those who were asked
        and answered, the counts ``mild, moderate, severe`` of a graded reaction or the
        median and range of a rated one; ``safety.local_reaction.overall``: ``any`` reaction at
        any visit, and a graded one that was ``severe``.
    """
    rows = _describe_overall(reactions, context)
    for (location, item, visit), asked in reactions.groupby(["location", "item", "visit"]):
        qualifier = f"{location}.{item}.{visit}"
        values = asked["value"]
        n = int(values.notna().sum())
        k = int(values.gt(0).sum())
        writer = ResultWriter(context, "local_reaction", n, qualifier=qualifier, visit=visit)
        text = format_count(k, n, find_upper_bound(k, n, confidence=confidence))
        rows.append(writer.row("any", k, text))
        if item in RATED:
            rows += describe_number(
                context, "local_reaction", values, qualifier=qualifier, visit=visit
            )
            continue
        rows += [
            writer.number(name, int(values.eq(grade).sum()), 0) for grade, name in GRADES.items()
        ]
    return rows


def _describe_overall(reactions, context):
    answered = reactions[reactions["value"].notna()]
    graded = answered[~answered["item"].isin(RATED)]
    severe = max(GRADES)
    rows = []
    for name, asked, had in (
        ("any", answered, answered["value"].gt(0)),
        (GRADES[severe], graded, graded["value"].eq(severe)),
    ):
        n, k = (frame["participant_id"].nunique() for frame in (asked, asked[had]))
        writer = ResultWriter(context, "local_reaction", n, qualifier="overall")
        rows.append(writer.row(name, k, format_count(k, n)))
    return rows
