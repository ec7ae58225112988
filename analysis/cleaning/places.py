"""Where a recorded value belongs: its visit, its finger, and its occasion."""

import pandas as pd

from analysis.cleaning.dates import find_person_days, parse_days
from analysis.cleaning.export import CAPILLAROSCOPY, DIARY, REDCAP
from analysis.cleaning.fields import Field
from analysis.cleaning.state import CleaningState, SourceFile
from analysis.study import Study

# Parts of one form that are instruments of their own in items.
PART_OF = {"shaq": "haq"}


def place_rows(state: CleaningState, visits: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Return `visit`, `location` and `occasion` by row of every file, "" where the field says.

    `visits` is the table as recorded.
    """
    references = find_reference_days(visits, state.days, state.study)
    return {
        REDCAP: locate_fingers(state.redcap, state.fields[REDCAP]),
        DIARY: place_entries(state.files[DIARY], references, state.study),
        CAPILLAROSCOPY: locate_readings(state.files[CAPILLAROSCOPY]),
    }


def find_reference_days(
    visits: pd.DataFrame, days: pd.Series, study: Study
) -> dict[str, pd.Series]:
    """Return the day that the diary of a visit counts back from, by visit and participant.

    It is the procedure's at baseline (`days`), the visit's own at the follow-up.
    """
    after = study.analysis.followup_visit.value
    dated = visits[visits["visit"] == after].drop_duplicates("participant_id")
    return {
        study.analysis.baseline_visit.value: days,
        after: parse_days(dated.set_index("participant_id")["visit_date"]),
    }


def place_entries(file: SourceFile, references: dict[str, pd.Series], study: Study) -> pd.DataFrame:
    """Say which visit a diary entry belongs to, and how many days before it was made.

    Parameters
    ----------
    file
        The diary.
    references
        As `find_reference_days` returns.
    study
        How many days before the reference count (day 1 is the day before). An entry outside
        every window is unscheduled and has its date as occasion.

    Returns
    -------
    pandas.DataFrame
        `visit`, `location` and `occasion` by row.
    """
    days, otherwise = study.scoring.raynaud_diary_days.value, study.unscheduled
    dates = parse_days(file.frame["entry_date"])
    visit = pd.Series(otherwise, index=dates.index, dtype="object")
    occasion = file.frame["entry_date"].astype("object")
    for name, reference in references.items():
        before = (find_person_days(file.keys["participant"], reference) - dates).dt.days
        inside = before.between(1, days) & (visit == otherwise)
        visit = visit.mask(inside, name)
        counted = before.where(inside).map("{:02.0f}".format, na_action="ignore")
        occasion = counted.astype("object").where(inside, occasion)
    return pd.DataFrame({"visit": visit, "location": "", "occasion": occasion})


def locate_fingers(file: SourceFile, fields: dict[str, Field]) -> pd.DataFrame:
    """Return finger and side of the rows of forms that hold both as fields, as ``right_2``."""
    parts = {
        field.place.item: file.frame[field.name].map(field.codes if field.choices else str)
        for field in fields.values()
        if field.place.instrument == "digital_ulcers" and field.place.item in ("side", "finger")
    }
    location = pd.Series("", index=file.frame.index, dtype="object")
    if {"side", "finger"} <= parts.keys():
        side, finger = parts["side"].fillna(""), parts["finger"].fillna("")
        location = location.mask((side != "") & (finger != ""), side + "_" + finger)
    return pd.DataFrame({"visit": file.keys["visit"], "location": location, "occasion": ""})


def locate_readings(file: SourceFile) -> pd.DataFrame:
    """Return visit, finger and occasion (``reader_a/field_1``) of every reading."""
    frame = file.frame
    side = frame["hand"].map({"R": "right", "L": "left"}).fillna("")
    reader = frame["reader"].str.casefold().str.replace(r"\s+", "_", regex=True)
    return pd.DataFrame(
        {
            "visit": file.keys["visit"],
            "location": side + "_" + frame["finger"],
            "occasion": "reader_" + reader + "/field_" + frame["field"],
        }
    )


def find_unplaced(file: SourceFile) -> pd.Series:
    """Say where a reading lacks its finger, field or reader."""
    return (file.frame[["hand", "finger", "field", "reader"]] == "").any(axis=1)


def choose_baseline(items: pd.DataFrame, visits: pd.DataFrame, study: Study) -> pd.DataFrame:
    """Let the last complete assessment before anaesthesia bear the name of the baseline visit.

    It is chosen instrument by instrument. Where it is not the one recorded at the baseline visit
    (that is incomplete, absent, or dated after the procedure), the two change names; so every
    row keeps a visit, and its `source`. Only instruments of registered outcomes are looked at.

    Parameters
    ----------
    items
        The table items, not yet shaped.
    visits
        With `study_day`.
    """
    baseline = study.analysis.baseline_visit.value
    names = study.list_visits("screening", "baseline")
    order = {name: place for place, name in enumerate(names)}
    instruments = {outcome.instrument for outcome in study.outcomes}
    instruments |= {PART_OF[name] for name in instruments & PART_OF.keys()}
    early = items[items["visit"].isin(names) & items["instrument"].isin(instruments)]
    before = _find_before_procedure(early, visits)
    if early["visit"].eq(baseline).all() and before.all():
        return items
    early = early.assign(
        filled=early["value"].notna() | early["text"].ne(""),
        before=before,
        place=early["visit"].map(order),
    )
    who = ["participant_id", "instrument"]
    whole = early.groupby([*who, "place"])[["filled", "before"]].all().all(axis=1)
    chosen = whole[whole].reset_index().groupby(who)["place"].max().rename("chosen")
    early = early.join(chosen, on=who)
    other = early["chosen"].notna() & (early["chosen"] != order[baseline])
    place = early["place"].astype("float64")
    swapped = place.mask(other & (place == early["chosen"]), order[baseline])
    swapped = swapped.mask(other & (place == order[baseline]), early["chosen"])
    renamed = swapped.map({place: name for name, place in order.items()})
    return items.assign(visit=renamed.reindex(items.index).fillna(items["visit"]))


def _find_before_procedure(early: pd.DataFrame, visits: pd.DataFrame) -> pd.Series:
    """Say which rows belong to a visit that is not dated after the procedure."""
    late = visits[visits["study_day"].fillna(0) > 0]
    dated_late = pd.MultiIndex.from_frame(late[["participant_id", "visit"]])
    pairs = pd.MultiIndex.from_frame(early[["participant_id", "visit"]])
    return pd.Series(~pairs.isin(dated_late), index=early.index)
