"""Digital ulcers by finger and visit."""

import pandas as pd

from analysis.results import format_number, make_result
from analysis.safety.rows import find_upper_bound, format_count

COUNTED = ("active", "new", "healed")


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

    A participant was assessed if the question whether there is any ulcer was answered at the
    visit, or an ulcer was recorded. `confidence` is that of the upper bound where nobody had
    an active ulcer.

    Returns
    -------
    list of dict
        ``safety.digital_ulcers.<visit>``: `participants` (with an active ulcer, of those
        assessed), and the ulcers `n_active, n_new, n_healed`.
    """
    rows = []
    for visit in at:
        here = ulcers[ulcers["visit"] == visit]
        assessed = find_assessed(here, visits, participants, visit)
        n = len(assessed)
        options = {"qualifier": visit, "visit": visit, "n": n}
        k = here.loc[here["active"] == "yes", "participant_id"].nunique()
        text = format_count(k, n, find_upper_bound(k, n, confidence=confidence))
        rows.append(make_result(context, "digital_ulcers", "participants", k, text, **options))
        for name in COUNTED:
            k = int(here[name].eq("yes").sum())
            text = format_number(k, 0)
            rows.append(make_result(context, "digital_ulcers", f"n_{name}", k, text, **options))
    return rows


def find_visits(ulcers, visits, study):
    """Return the planned visits at which anyone was asked for ulcers or had one recorded."""
    asked = set(visits.loc[visits["ulcers_present"] != "", "visit"]) | set(ulcers["visit"])
    return [visit.name for visit in study.visits if visit.name in asked and visit.day is not None]


def find_assessed(ulcers, visits, participants, visit):
    """Return who of the participants was assessed for ulcers at a visit."""
    asked = visits[visits["visit"].eq(visit) & visits["ulcers_present"].ne("")]
    seen = set(asked["participant_id"]) | set(ulcers["participant_id"])
    return sorted(seen & set(participants["participant_id"]))


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
