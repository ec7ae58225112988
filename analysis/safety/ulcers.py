"""Digital ulcers by finger and visit."""

import pandas as pd

from analysis.results import ResultWriter, format_count
from analysis.safety.rows import find_upper_bound

COUNTED = ("active", "new", "healed")
CONTRADICTED = "ulcers said to be present, none recorded: not counted"


def list_ulcers(items, participants):
    """Return every recorded digital ulcer of the participants given.

    Parameters
    ----------
    items : pandas.DataFrame
        The table items; an ulcer has its finger as location, and the ulcers of a visit are told
        apart by their occasion.

    Returns
    -------
    pandas.DataFrame
        `participant_id, visit, occasion, finger` (as right_2; "" if not recorded), `active,
        new, healed` (yes, no, or "" if not recorded) and `size_mm`, sorted by key.
    """
    mine = items["participant_id"].isin(participants["participant_id"])
    rows = items[items["instrument"].eq("digital_ulcers") & mine]
    key = ["participant_id", "visit", "occasion", "location"]
    wide = rows.pivot(index=key, columns="item", values="value")
    wide = wide.reindex(columns=[*COUNTED, "size"]).astype("float64").reset_index()
    for name in COUNTED:
        wide[name] = wide[name].map({1: "yes", 0: "no"}).fillna("")
    names = {"size": "size_mm", "location": "finger"}
    return wide.rename(columns=names).rename_axis(columns=None)


def describe_ulcers(ulcers, visits, participants, context, *, at, confidence=0.95):
    """Make the results of the digital ulcers at the visits `at`.

    Out of those whose ulcers are known (`find_known`); where the record of anybody contradicts
    itself the results say so. `confidence` is that of the upper bound where nobody had an active
    ulcer.

    Returns
    -------
    list of dict
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


def find_visits(ulcers, visits, study):
    """Return the planned visits at which anyone was asked for ulcers or had one recorded."""
    asked = set(visits.loc[visits["ulcers_present"] != "", "visit"]) | set(ulcers["visit"])
    return [visit.name for visit in study.visits if visit.name in asked and visit.day is not None]


def find_known(ulcers, visits, participants, visit):
    """Return whose ulcers at a visit are known: one was recorded, or it was said there is none."""
    known = set(ulcers["participant_id"]) | _answered(visits, visit, "no")
    return sorted(known & set(participants["participant_id"]))


def find_contradicted(ulcers, visits, participants, visit):
    """Return who was said to have an ulcer at a visit and has none recorded: neither is known."""
    doubted = _answered(visits, visit, "yes") - set(ulcers["participant_id"])
    return sorted(doubted & set(participants["participant_id"]))


def count_by_finger(ulcers, *, at):
    """Count the active ulcers of every finger at the visits `at`.

    Returns
    -------
    pandas.DataFrame
        `participant_id, finger`, and a column per visit (Int64, 0 if there was none).
    """
    active = ulcers[ulcers["active"].eq("yes") & ulcers["visit"].isin(at)]
    counts = active.groupby(["participant_id", "finger", "visit"]).size().unstack(fill_value=0)
    counts = counts.reindex(columns=list(at), fill_value=0).astype("Int64")
    return pd.DataFrame(counts).rename_axis(columns=None).reset_index()


def _answered(visits, visit, answer):
    here = visits["visit"].eq(visit) & visits["ulcers_present"].eq(answer)
    return set(visits.loc[here, "participant_id"])
