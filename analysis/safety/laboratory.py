"""Laboratory values and vital signs before the procedure and at follow-up."""

from analysis.describe.summaries import describe_number
from analysis.results import ResultWriter

LABELS = {
    "wbc": "White cells",
    "hb": "Haemoglobin",
    "plt": "Platelets",
    "creatinine": "Creatinine",
    "crp": "C-reactive protein",
    "sbp": "Systolic blood pressure",
    "dbp": "Diastolic blood pressure",
    "pulse": "Pulse",
}
DECIMALS = {"wbc": 1, "hb": 1, "creatinine": 2, "crp": 1}


def pair_laboratory(items, participants, *, before, after):
    """Put the values before and after into one row per participant and test.

    Parameters
    ----------
    before, after : str
        Visits.

    Returns
    -------
    pandas.DataFrame
        `item, unit, participant_id, before, after, change`, in the order of `LABELS`; missing
        where not measured.
    """
    mine = items["participant_id"].isin(participants["participant_id"])
    rows = items[items["instrument"].eq("laboratory") & mine & items["visit"].isin([before, after])]
    key = ["item", "unit", "participant_id"]
    wide = rows.pivot_table(index=key, columns="visit", values="value", dropna=False, sort=True)
    wide = wide.reindex(columns=[before, after]).dropna(how="all")
    wide.columns = ["before", "after"]
    wide = wide.astype("float64").reset_index()
    wide["change"] = wide["after"] - wide["before"]
    order = [*LABELS, *sorted(set(wide["item"]) - set(LABELS))]
    return wide.sort_values("item", key=lambda item: item.map(order.index), kind="stable")


def describe_laboratory(pairs, context, *, before, after):
    """Make the results of laboratory values and vital signs.

    The export holds no reference ranges, so values are not classed as low, normal or high;
    rises and falls are counted.

    Parameters
    ----------
    pairs : pandas.DataFrame
        As `pair_laboratory` returns it.

    Returns
    -------
    list of dict
        ``safety.laboratory.<item>.<visit>.median_range``, the same for ``change``, and
        ``safety.laboratory.<item>.n_higher, n_equal, n_lower``.
    """
    rows = []
    for (item, unit), values in pairs.groupby(["item", "unit"]):
        both = values.dropna(subset=["before", "after"])
        decimals = DECIMALS.get(item, 0)
        for column, visit in (("before", before), ("after", after), ("change", "change")):
            rows += describe_number(
                context,
                "laboratory",
                both[column],
                unit=unit,
                decimals=decimals,
                qualifier=f"{item}.{visit}",
                visit=after if visit == "change" else visit,
            )
        # Rounded as recorded, so that noise in the last bit is no rise.
        change = both["change"].round(decimals + 3)
        writer = ResultWriter(context, "laboratory", len(both), qualifier=item, visit=after)
        rows += [
            writer.number("n_higher", int((change > 0).sum()), 0),
            writer.number("n_equal", int((change == 0).sum()), 0),
            writer.number("n_lower", int((change < 0).sum()), 0),
        ]
    return rows


def name_test(item, unit):
    """Print a test with its unit; one that is not known here bears its own name."""
    label = LABELS.get(item, item.replace("_", " ").capitalize())
    return f"{label}, {unit.replace('10^9', '10⁹')}" if unit else label
