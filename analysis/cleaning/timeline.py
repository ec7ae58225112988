"""Dates across forms: their order, the windows, visits that never came."""

import numpy as np
import pandas as pd

from analysis.cleaning.books import QUERY_KEY
from analysis.cleaning.dates import find_days, parse_days
from analysis.cleaning.export import CAPILLAROSCOPY, DIARY, REDCAP
from analysis.cleaning.schema import find_column
from analysis.cleaning.sheet import find

# Pairs of one form in which the second cannot come before the first.
WITHIN_FORM = (
    ("adverse_events", "start_date", "end_date"),
    ("medications", "start_date", "end_date"),
    ("medications", "start_date", "change_date"),
    ("procedures", "anaesthesia_start", "processing_start"),
    ("procedures", "processing_start", "processing_end"),
    ("procedures", "processing_end", "first_injection"),
    ("participants", "birth_year", "raynaud_onset_year"),
    ("participants", "birth_year", "non_raynaud_onset_year"),
    ("participants", "raynaud_onset_year", "consent_date"),
    ("participants", "non_raynaud_onset_year", "consent_date"),
)


def find_disorder(view):
    """Dates that cannot follow each other as they do."""
    for table, earlier, later in WITHIN_FORM:
        before, after = view.column(table, earlier), view.column(table, later)
        if before is not None and after is not None:
            yield REDCAP, find("date_order", after.name, _precedes(after, before))
    yield from _visits_in_disorder(view)
    yield from _against_consent(view)
    yield from _early_readings(view)


def _precedes(later, earlier):
    """Say where a date lies before another; of partial dates only what both have is compared."""
    length = np.minimum(later.str.len(), earlier.str.len())
    pairs = pd.DataFrame({"later": later, "earlier": earlier, "length": length})
    wrong = pd.Series(False, index=later.index)
    for size, part in pairs[length > 0].groupby("length"):
        wrong.loc[part.index] = part["later"].str.slice(0, size) < part["earlier"].str.slice(
            0, size
        )
    return wrong


def _visits_in_disorder(view):
    """Of visits in a wrong order, the one furthest from its planned day is asked about."""
    planned = {visit.name: visit.day for visit in view.study.visits if visit.day is not None}
    name = find_column(view.fields[REDCAP], "visits", "visit_date")
    single = view.keys[(view.keys["instance"] == "") & view.keys["visit"].isin(planned)]
    frame = single.assign(date=parse_days(view.cells.loc[single.index, name]))
    frame = frame[frame["date"].notna()]
    dates = frame.pivot(index="participant", columns="visit", values="date")
    dates = dates.reindex(columns=list(planned)).to_numpy(dtype="datetime64[D]")
    early, late = dates[:, :, None], dates[:, None, :]
    ahead = np.triu(np.ones((len(planned), len(planned)), dtype=bool), 1)
    with np.errstate(invalid="ignore"):
        inverted = (early > late) & ahead
    involved = inverted.any(axis=2) | inverted.any(axis=1)
    people = frame["participant"].drop_duplicates().sort_values()
    involved = pd.DataFrame(involved, index=people, columns=list(planned)).stack()
    frame = frame.join(involved.rename("involved"), on=["participant", "visit"])
    frame = frame[frame["involved"]]
    day = (frame["date"] - find_days(frame["participant"], view.days)).dt.days
    frame = frame.assign(far=(day - frame["visit"].map(planned)).abs().fillna(0))
    furthest = frame["far"] == frame.groupby("participant")["far"].transform("max")
    mask = furthest.reindex(view.cells.index, fill_value=False)
    yield REDCAP, find("date_order", name, mask)


def _against_consent(view):
    """Consent comes before the screening visit, every adverse event after the consent."""
    consent = view.tables["participants"].set_index("participant_id")["consent_date"]
    own = view.column("participants", "consent_date")
    visits = view.tables["visits"].drop_duplicates(["participant_id", "visit"])
    first = visits[visits["visit_date"] != ""].groupby("participant_id")["visit_date"].min()
    visited = view.keys["participant"].map(first).fillna("")
    if own is not None:
        yield REDCAP, find("date_order", own.name, _precedes(visited, own))
    start = view.column("adverse_events", "start_date")
    if start is not None:
        given = view.keys["participant"].map(consent).fillna("")
        yield REDCAP, find("date_order", start.name, _precedes(start, given))


def _early_readings(view):
    sheet = view.sheets[CAPILLAROSCOPY]
    if "read_date" not in sheet.frame.columns:
        return
    visits = view.tables["visits"].drop_duplicates(["participant_id", "visit"])
    dated = visits.set_index(["participant_id", "visit"])["visit_date"]
    pairs = pd.MultiIndex.from_frame(sheet.keys[["participant", "visit"]])
    taken = dated.reindex(pairs).fillna("").set_axis(sheet.frame.index)
    read = sheet.frame["read_date"]
    early = _precedes(read, taken) & ~read.index.isin(sheet.aside)
    yield CAPILLAROSCOPY, find("date_order", "read_date", early)


def find_outside_windows(view):
    """Visits that took place outside their window."""
    visits = view.tables["visits"]
    late = visits[(visits["in_window"] == "no") & (visits["status"] == "done")]
    pairs = pd.MultiIndex.from_frame(late[["participant_id", "visit"]])
    keys = pd.MultiIndex.from_frame(view.keys[["participant", "visit"]])
    outside = pd.Series(keys.isin(pairs), view.cells.index) & (view.keys["instance"] == "")
    days = late.set_index(pairs)["study_day"].reindex(keys).set_axis(view.cells.index)
    windows = late.set_index(pairs)[["window_low", "window_high"]].reindex(keys)
    told = windows.set_axis(view.cells.index).astype("str")
    detail = (
        "Its study day is " + days.astype("str") + ", the window "
        + told["window_low"] + " to " + told["window_high"] + "."
    )  # fmt: skip
    name = find_column(view.fields[REDCAP], "visits", "visit_date")
    yield REDCAP, find("out_of_window", name, outside, detail=detail)


def find_stray_entries(view):
    """Diary entries of days that no visit looks back on, of people whose dates are all known."""
    sheet = view.sheets[DIARY]
    visits = view.tables["visits"]
    follow = visits[visits["visit"] == view.study.analysis.followup_visit.value]
    dated = follow.loc[follow["visit_date"] != "", "participant_id"]
    known = sheet.keys["participant"].isin(set(dated) & set(view.days.index))
    stray = (view.places[DIARY]["visit"] == "unscheduled") & known
    stray &= ~sheet.frame.index.isin(sheet.aside)
    yield DIARY, find("diary_out_of_window", "entry_date", stray)


def ask_absent_visits(view):
    """Return a question for every visit that was due, is not there, and that no exit explains."""
    visits, ended = view.tables["visits"], view.tables["disposition"]
    missed = visits[visits["status"] == "missed"]
    left = ended[ended["status"].isin(["discontinued", "screen_failure"])]
    missed = missed[~missed["participant_id"].isin(left["participant_id"])]
    return pd.DataFrame(
        {
            "participant_id": missed["participant_id"],
            "visit": missed["visit"],
            "form": "",
            "field": "",
            "rule": "visit_absent",
            "raw_value": "",
            "detail": "",
        },
        columns=[*QUERY_KEY, "detail"],
        dtype="object",
    )
