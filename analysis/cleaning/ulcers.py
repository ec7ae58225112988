"""Digital ulcers: the gate question, the ulcer form and the adverse events agree, or are asked."""

import pandas as pd

from analysis.cleaning.dates import find_days, parse_days
from analysis.cleaning.export import REDCAP
from analysis.cleaning.sheet import find

WORDS = r"ulcer|궤양"


def find_gates(view):
    """Visits whose gate question contradicts the ulcer form of that visit.

    Visits at which nobody has an ulcer form are left out: the form is not used there.
    """
    gate = view.column("visits", "ulcers_present")
    active = _item(view, "active")
    if gate is None or active is None:
        return
    form = next(f.form for f in view.items("digital_ulcers"))
    rows = view.keys[view.opened.loc[view.cells.index, form].to_numpy()]
    used = set(rows["visit"])
    pair = view.keys["participant"] + "\x1f" + view.keys["visit"]
    found = pair.isin(set(pair[(active == "1").to_numpy()]))
    differs = (gate != "") & view.keys["visit"].isin(used) & ((gate == "1") != found)
    yield REDCAP, find("ulcer_gate", gate.name, differs)


def find_unreported(view):
    """New ulcers after the procedure that no adverse event of that time speaks of."""
    new = _item(view, "new")
    if new is None:
        return
    events = view.tables["adverse_events"]
    words = events["term"] + " " + events["coded_term"]
    told = events[words.str.contains(WORDS, case=False)]
    # An event without an exact day may be the one.
    after = told["start_day"].isna() | (told["start_day"] >= 0)
    reported = set(told.loc[after, "participant_id"])
    visits = view.tables["visits"].drop_duplicates(["participant_id", "visit"])
    dated = visits.set_index(["participant_id", "visit"])["visit_date"]
    pairs = pd.MultiIndex.from_frame(view.keys[["participant", "visit"]])
    day = parse_days(dated.reindex(pairs).fillna("")).set_axis(view.cells.index)
    since = ~(day <= find_days(view.keys["participant"], view.days))
    treated = view.keys["participant"].isin(view.days.index)
    first = view.keys["visit"].isin(["screening", view.study.analysis.baseline_visit.value])
    unreported = (new == "1") & since & treated & ~first & ~view.keys["participant"].isin(reported)
    yield REDCAP, find("ulcer_without_event", new.name, unreported)


def _item(view, item):
    for field in view.items("digital_ulcers"):
        if field.place.item == item:
            return view.cells[field.name]
    return None
