"""Harms that were asked for or measured: local reactions, digital ulcers, laboratory values."""

from collections.abc import Sequence
from dataclasses import replace

import pandas as pd

from analysis.describe.summaries import describe_number
from analysis.results import Context, ResultWriter, Row, format_count
from analysis.safety.counts import find_upper_bound
from analysis.study import Study

GRADES = {1: "mild", 2: "moderate", 3: "severe"}
# Pain is rated 0 to 10; every other reaction is graded 0 to 3.
RATED = ("pain",)
COUNTED = ("active", "new", "healed")
AVERAGED = "of several values of a participant at a visit the mean counts"
CONTRADICTED = "ulcers said to be present, none recorded: not counted"
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


def list_local_reactions(items: pd.DataFrame, participants: pd.DataFrame) -> pd.DataFrame:
    """Return the local-reaction items of the given participants, by location and item."""
    mine = items["participant_id"].isin(participants["participant_id"])
    chosen = items[items["instrument"].eq("local_reaction") & mine]
    return chosen.sort_values(["location", "item", "visit", "participant_id"], kind="stable")


def describe_local_reactions(
    reactions: pd.DataFrame, context: Context, *, confidence: float = 0.95
) -> list[Row]:
    """Make the results of the local reactions, per location, reaction and visit.

    `confidence` is the level of the upper bound where nobody had a reaction.

    Returns
    -------
    ``safety.local_reaction.<location>.<item>.<visit>.any`` out of those who were asked
    and answered, the counts ``mild, moderate, severe`` of a graded reaction or the
    median and range of a rated one; ``safety.local_reaction.overall``: ``any`` reaction at
    any visit, and a graded one that was ``severe``.
    """
    rows = _describe_overall(reactions, context)
    for (location, item, visit), asked in reactions.groupby(["location", "item", "visit"]):
        # At an unscheduled visit somebody may have answered several times: the worst counts.
        values = asked.groupby("participant_id")["value"].max()
        qualifier = f"{location}.{item}.{visit}"
        n, k = int(values.notna().sum()), int(values.gt(0).sum())
        writer = ResultWriter(context, "local_reaction", n, qualifier=qualifier, visit=str(visit))
        text = format_count(k, n, find_upper_bound(k, n, confidence=confidence))
        rows.append(writer.row("any", k, text))
        if item in RATED:
            rows += describe_number(writer, values)
        else:
            counts = {name: int(values.eq(grade).sum()) for grade, name in GRADES.items()}
            rows += [writer.number(name, count, 0) for name, count in counts.items()]
    return rows


def _describe_overall(reactions: pd.DataFrame, context: Context) -> list[Row]:
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


def list_ulcers(items: pd.DataFrame, participants: pd.DataFrame) -> pd.DataFrame:
    """Return every recorded digital ulcer of the given participants.

    The location of an ulcer is its finger; the ulcers of a visit differ in their occasion.

    Returns
    -------
    `participant_id, visit, occasion, finger` (as right_2; "" if not recorded), `active,
    new, healed` (yes, no, or "" if not recorded) and `size_mm`, sorted by key.
    """
    mine = items["participant_id"].isin(participants["participant_id"])
    columns = [*COUNTED, "size"]
    rows = items[items["instrument"].eq("digital_ulcers") & items["item"].isin(columns) & mine]
    key = ["participant_id", "visit", "occasion", "location"]
    wide = rows.pivot(index=key, columns="item", values="value")
    wide = wide.reindex(columns=columns).astype("float64").reset_index()
    for name in COUNTED:
        wide[name] = wide[name].map({1: "yes", 0: "no"}).fillna("")
    names = {"size": "size_mm", "location": "finger"}
    return wide.rename(columns=names).rename_axis(columns=None)


def describe_ulcers(
    ulcers: pd.DataFrame,
    visits: pd.DataFrame,
    participants: pd.DataFrame,
    context: Context,
    *,
    at: Sequence[str],
    confidence: float = 0.95,
) -> list[Row]:
    """Make the results of the digital ulcers at the visits `at`.

    The denominator is those whose ulcers are known (`find_known`); a contradictory record leads to
    a warning. `confidence` is the level of the upper bound where nobody had an active ulcer.

    Returns
    -------
    ``safety.digital_ulcers.<visit>``: `participants` (with an active ulcer),
    `participants_new`, `participants_healed`, and the ulcers `n_active, n_new, n_healed`.
    """
    rows = []
    for visit in at:
        here = ulcers[ulcers["visit"] == visit]
        n = len(find_known(here, visits, participants, visit))
        doubt = find_contradicted(here, visits, participants, visit)
        warning = CONTRADICTED if doubt else ""
        writer = ResultWriter(
            context, "digital_ulcers", n, qualifier=visit, visit=visit, warning=warning
        )
        for name in COUNTED:
            had = here[here[name] == "yes"]
            k = had["participant_id"].nunique()
            people = "participants" if name == "active" else f"participants_{name}"
            high = find_upper_bound(k, n, confidence=confidence) if name == "active" else None
            rows += [
                writer.row(people, k, format_count(k, n, high)),
                writer.number(f"n_{name}", len(had), 0),
            ]
    return rows


def find_visits(ulcers: pd.DataFrame, visits: pd.DataFrame, study: Study) -> list[str]:
    """Return the planned visits at which anyone was asked for ulcers or had one recorded."""
    asked = set(visits.loc[visits["ulcers_present"] != "", "visit"]) | set(ulcers["visit"])
    return [visit.name for visit in study.visits if visit.name in asked and visit.day is not None]


def find_known(
    ulcers: pd.DataFrame, visits: pd.DataFrame, participants: pd.DataFrame, visit: str
) -> list[str]:
    """Return participants whose ulcers at a visit are known: one recorded, or answered "no"."""
    known = set(ulcers["participant_id"]) | _answered(visits, visit, "no")
    return sorted(known & set(participants["participant_id"]))


def find_contradicted(
    ulcers: pd.DataFrame, visits: pd.DataFrame, participants: pd.DataFrame, visit: str
) -> list[str]:
    """Return participants reported to have ulcers at a visit of which none is recorded."""
    doubted = _answered(visits, visit, "yes") - set(ulcers["participant_id"])
    return sorted(doubted & set(participants["participant_id"]))


def count_by_finger(ulcers: pd.DataFrame, *, at: Sequence[str]) -> pd.DataFrame:
    """Count the active ulcers of every finger at the visits `at`.

    Returns
    -------
    `participant_id, finger`, and a column per visit (Int64, 0 if there was none).
    """
    active = ulcers[ulcers["active"].eq("yes") & ulcers["visit"].isin(at)]
    counts = active.groupby(["participant_id", "finger", "visit"]).size().unstack(fill_value=0)
    counts = counts.reindex(columns=list(at), fill_value=0).astype("Int64")
    return pd.DataFrame(counts).rename_axis(columns=None).reset_index()


def _answered(visits: pd.DataFrame, visit: str, answer: str) -> set[str]:
    here = visits["visit"].eq(visit) & visits["ulcers_present"].eq(answer)
    return set(visits.loc[here, "participant_id"])


def pair_laboratory(
    items: pd.DataFrame, participants: pd.DataFrame, *, before: str, after: str
) -> pd.DataFrame:
    """Put the values at two visits into one row per participant and test.

    Returns
    -------
    `item, unit, participant_id, before, after, change, averaged`, in the order of `LABELS`;
    missing where not measured. `averaged` is whether one of them is a mean, of several values at
    a visit.
    """
    mine = items["participant_id"].isin(participants["participant_id"])
    rows = items[items["instrument"].eq("laboratory") & mine & items["visit"].isin([before, after])]
    key = ["item", "unit", "participant_id"]
    wide = rows.pivot_table(index=key, columns="visit", values="value", dropna=False, sort=True)
    wide = wide.reindex(columns=[before, after]).dropna(how="all")
    wide.columns = ["before", "after"]
    wide = wide.astype("float64").reset_index()
    wide["change"] = wide["after"] - wide["before"]
    measured = rows.dropna(subset="value")
    several = measured[measured.duplicated([*key, "visit"])]
    wide["averaged"] = pd.MultiIndex.from_frame(wide[key]).isin(several[key].to_numpy().tolist())
    order = [*LABELS, *sorted(set(wide["item"]) - set(LABELS))]
    return wide.sort_values("item", key=lambda item: item.map(order.index), kind="stable")


def describe_laboratory(
    pairs: pd.DataFrame, context: Context, *, before: str, after: str
) -> list[Row]:
    """Make the results of laboratory values and vital signs.

    The export has no reference ranges, so values are not classed as low, normal or high; rises
    and falls are counted. `pairs` comes from `pair_laboratory`.

    Returns
    -------
    ``safety.laboratory.<item>.<visit>.median_range``, the same for ``change``, and
    ``safety.laboratory.<item>.n_pairs, n_higher, n_equal, n_lower``.
    """
    rows = []
    for (item, unit), values in pairs.groupby(["item", "unit"]):
        both = values.dropna(subset=["before", "after"])
        decimals = DECIMALS.get(str(item), 0)
        writer = ResultWriter(
            context,
            "laboratory",
            len(both),
            str(unit),
            qualifier=str(item),
            visit=after,
            warning=AVERAGED if both["averaged"].any() else "",
        )
        for column, name, visit in (
            ("before", before, before),
            ("after", after, after),
            ("change", "change", after),
        ):
            here = replace(writer, decimals=decimals, qualifier=f"{item}.{name}", visit=visit)
            rows += describe_number(here, both[column])
        # Rounded, so that noise in the last bit does not count as a rise.
        change = both["change"].round(decimals + 3)
        rows += [
            writer.number("n_pairs", len(both), 0),
            writer.number("n_higher", int((change > 0).sum()), 0),
            writer.number("n_equal", int((change == 0).sum()), 0),
            writer.number("n_lower", int((change < 0).sum()), 0),
        ]
    return rows


def name_test(item: str, unit: str) -> str:
    """Format a test with its unit; an unknown test keeps its name."""
    label = LABELS.get(item, item.replace("_", " ").capitalize())
    return f"{label}, {unit.replace('10^9', '10⁹')}" if unit else label
