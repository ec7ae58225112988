"""Where a recorded value belongs: its form, its visit, its finger, and its occasion."""

from collections.abc import Iterable

import pandas as pd

from analysis.cleaning.dates import find_person_days, parse_days
from analysis.cleaning.export import CAPILLAROSCOPY, DIARY, REDCAP
from analysis.cleaning.fields import Field
from analysis.cleaning.logic import evaluate_branching, list_inputs
from analysis.cleaning.state import NOT_DONE, CleaningState, SourceFile, find_cells
from analysis.cleaning.structure import FORM
from analysis.errors import DataError
from analysis.study import Study

# Parts of one form that are instruments of their own in items.
PART_OF = {"shaq": "haq"}


def place_rows(state: CleaningState, visits: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Return `visit`, `location` and `occasion` by row of every file, "" where the field has them.

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
    """Return which visit a diary entry belongs to, and how many days before it was made.

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

    Raises
    ------
    DataError
        Many entries, and none in a window.
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
    whose = [set(reference.dropna().index) for reference in references.values()]
    known = dates.notna() & file.keys["participant"].isin(set.intersection(*whose))
    if known.sum() >= days and visit[known].eq(otherwise).all():
        raise DataError(
            "no entry is of a day before a visit, so that the dates of some files seem shifted",
            file=DIARY,
            field="entry_date",
            hint="Export without shifting, or shift every file; or leave this file out",
        )
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
    # A slash ends the name of the reader.
    reader = frame["reader"].str.casefold().str.replace(r"[\s/]+", "_", regex=True)
    return pd.DataFrame(
        {
            "visit": file.keys["visit"],
            "location": side + "_" + frame["finger"],
            "occasion": "reader_" + reader + "/field_" + frame["field"],
        }
    )


def find_unplaced(file: SourceFile) -> pd.Series:
    """Return where a reading lacks its finger, field or reader."""
    return (file.frame[["hand", "finger", "field", "reader"]] == "").any(axis=1)


def choose_baseline(items: pd.DataFrame, visits: pd.DataFrame, study: Study) -> pd.DataFrame:
    """Name the last complete assessment before anaesthesia as the baseline visit.

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
    """Return which rows belong to a visit that is not dated after the procedure."""
    late = visits[visits["study_day"].fillna(0) > 0]
    dated_late = pd.MultiIndex.from_frame(late[["participant_id", "visit"]])
    pairs = pd.MultiIndex.from_frame(early[["participant_id", "visit"]])
    return pd.Series(~pairs.isin(dated_late), index=early.index)


def find_form_rows(file: SourceFile, fields: dict[str, Field]) -> pd.DataFrame:
    """Return for every row and form whether the row can hold the form.

    A row of a repeating form holds that form only; a row of a visit holds every form but those
    that repeat at this visit.

    Returns
    -------
    pandas.DataFrame of bool
        Index of the file, one column per form.
    """
    repeat, visit = file.frame[FORM], file.keys["visit"]
    rows = {}
    for form in dict.fromkeys(field.form for field in fields.values()):
        at = set(visit[repeat == form])
        rows[form] = (repeat == form) | ((repeat == "") & ~visit.isin(at))
    return pd.DataFrame(rows, index=file.frame.index)


def empty_wrong_rows(state: CleaningState) -> CleaningState:
    """Set what is entered in a row of another form missing; an unticked box is no entry."""
    file, fields = state.redcap, state.fields[REDCAP]
    rows = find_form_rows(file, fields)
    findings = []
    for name, field in fields.items():
        if name != "record_id":
            nothing = ("", "0") if field.kind == "checkbox" else ("",)
            wrong = ~rows[field.form] & ~file.frame[name].isin(nothing) & ~field.automatic
            findings.append(find_cells("wrong_row", name, wrong, "", reason="pending_query"))
    return state.apply(findings)


def find_opened(file: SourceFile, fields: dict[str, Field]) -> pd.DataFrame:
    """Return for every row and form whether anybody opened the form.

    A form was opened if its status is Unverified or Complete, or if a person entered anything:
    an unticked box, the status Incomplete and what REDCap fills in by itself are exported for
    untouched forms. In a row of another form it never was.

    Returns
    -------
    pandas.DataFrame of bool
        Index of the file, one column per form.
    """
    opened: dict[str, pd.Series] = {}
    by_hand = {field.form for field in fields.values() if not field.automatic}
    for name, field in fields.items():
        if name != "record_id":
            filled = file.raw[name] == "1" if field.kind == "checkbox" else file.raw[name] != ""
            counts = not field.automatic or field.form not in by_hand
            opened[field.form] = opened.get(field.form, False) | (filled & counts)
    for form, filled in opened.items():
        status = f"{form}_complete"
        if status in file.raw.columns:
            opened[form] = filled | file.raw[status].isin(["1", "2"])
    frame = pd.DataFrame(opened, index=file.raw.index)
    return frame & find_form_rows(file, fields)[frame.columns]


def empty_unopened(state: CleaningState) -> CleaningState:
    """Set missing what REDCap exports of forms that nobody opened.

    These are unticked boxes, and values that it fills in by itself.
    """
    findings = []
    for name, field in state.fields[REDCAP].items():
        cells = state.redcap.frame[name]
        if field.kind == "checkbox":
            untouched = (cells == "0") & ~state.opened[field.form]
            findings.append(find_cells("never_opened", name, untouched, "", reason=NOT_DONE))
        elif field.automatic:
            untouched = (cells != "") & ~state.opened[field.form]
            findings.append(find_cells("filled_in_unopened", name, untouched, "", reason=NOT_DONE))
    return state.apply(findings)


def explain_boxes(state: CleaningState) -> CleaningState:
    """Set the boxes of a question missing where its box for a missing-data code is ticked."""
    fields, cells = state.fields[REDCAP], state.redcap.frame
    findings = []
    for code in fields.values():
        if not code.explains:
            continue
        ticked = cells[code.name] == "1"
        for name, box in fields.items():
            if box.question == code.question and not box.explains:
                unticked = ticked & (cells[name] == "0")
                findings.append(
                    find_cells("box_explained", name, unticked, "", reason=code.explains)
                )
    return state.apply(findings)


def find_asked(file: SourceFile, fields: dict[str, Field]) -> dict[str, pd.Series]:
    """Return for every field with branching logic where it is asked.

    A row of a repeating form has the other forms in the row of its event. Fields whose logic
    `evaluate_branching` cannot read are left out: they count as asked.
    """
    asked = {}
    frame = _join_events(file, {name for f in fields.values() for name in list_inputs(f.branching)})
    columns = {(f.place.table, f.place.column): f.name for f in fields.values()}
    for name, field in fields.items():
        if field.branching:
            where = evaluate_branching(field.branching, frame)
            if where is not None:
                asked[name] = where
        # Whatever is still going on has no end.
        ongoing = columns.get((field.place.table, "ongoing"))
        if field.place.column == "end_date" and ongoing:
            asked[name] = file.frame[ongoing].map(fields[ongoing].codes) != "yes"
    return asked


def _join_events(file: SourceFile, names: Iterable[str]) -> pd.DataFrame:
    """Return some columns, with what the row of the event holds in rows of repeating forms."""
    cells = file.frame[file.frame.columns.intersection(sorted(names))]
    repeats = file.frame[FORM] != ""
    event = file.keys["participant"] + "\x1f" + file.keys["visit"]
    single = cells[~repeats].drop(file.aside, errors="ignore")
    held = single.groupby(event.loc[single.index]).first().reindex(event).fillna("")
    blank = (cells == "").mul(repeats, axis=0)
    return cells.mask(blank, held.set_axis(cells.index))
