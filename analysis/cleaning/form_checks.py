"""Contradictions between forms: missing, filled though not asked, or against another form.

A check yields findings about cells of the REDCap export; it changes nothing and asks.
"""

import re
from collections.abc import Iterator

import pandas as pd

from analysis.cleaning.columns import fold_words
from analysis.cleaning.dates import find_person_days, parse_days
from analysis.cleaning.export import REDCAP
from analysis.cleaning.fields import Field
from analysis.cleaning.populations import find_eligible
from analysis.cleaning.reshape import (
    NUMBERED,
    ask_rows,
    convert_item,
    find_visit_dates,
    join_cells,
    list_form_rows,
)
from analysis.cleaning.state import (
    NOT_APPLICABLE,
    CleaningState,
    Finding,
    find_cells,
    find_together,
)
from analysis.cleaning.structure import FORM
from analysis.cleaning.visit_checks import EVENTS, NEARLY_ALL, select_ulcer_events

# Missing values as people code them in numbers.
_CODES = tuple(sign * int(digit * n) for sign in (1, -1) for digit in "89" for n in (2, 3, 4))
_THREE_DIGITS = 100
# Of an ulcer's event from the visits between which the ulcer came.
_DAYS_AROUND = 7
# The share of people who have a form at a visit by mistake, and from how many people on.
_HARDLY, _SEVERAL = 0.2, 5


def find_blanks(state: CleaningState) -> Iterator[Finding]:
    """Required fields that are empty in an opened form, without a reason and although asked.

    So are optional ones that nearly all others have, if several of a form are empty together, or
    the form is marked as filled in and holds nothing. Several of one form are one question.
    """
    least = state.study.queries.blank_together.value
    for form, fields in _group_by_form(state):
        required = pd.DataFrame({f.name: _find_required_blanks(state, f) for f in fields})
        usual = _find_usual_blanks(state, form, fields)
        together = required | usual.reindex(columns=list(required), fill_value=False)
        empty = (state.redcap.raw.loc[required.index, list(required)] == "").all(axis=1)
        several = together.sum(axis=1).ge(least) | (empty & usual.any(axis=1))
        for row in together.index[several]:
            cells = [(str(row), str(name)) for name in together.columns[together.loc[row]]]
            yield from find_together("part_missing", cells, group=f"{row} {form}")
        for name in required:
            yield find_cells("required_missing", str(name), required[name] & ~several)


def _group_by_form(state: CleaningState) -> Iterator[tuple[str, list[Field]]]:
    """Yield the forms with the fields that people fill in, without optional boxes and notes."""
    typed = [f for f in state.fields[REDCAP].values() if f.name != "record_id" and not f.automatic]
    typed = [f for f in typed if f.required or f.kind not in ("checkbox", "notes")]
    for form in state.opened.columns:
        if fields := [field for field in typed if field.form == form]:
            yield str(form), fields


def _find_required_blanks(state: CleaningState, field: Field) -> pd.Series:
    """Return where a required field is empty; an end is, where something does not go on."""
    ends = field.place.column == "end_date" and field.name in state.asked
    cells = state.cells[field.name]
    empty = (cells == "") & state.opened.loc[cells.index, field.form] & (field.required or ends)
    if field.name in state.asked:
        empty &= state.asked[field.name].loc[cells.index]
    if ends:
        ongoing = state.find_words_of(field.place.table, "ongoing")
        empty &= False if ongoing is None else ongoing == "no"
    return empty & (state.find_reasons(REDCAP, field.name, cells) == "")


def _find_usual_blanks(state: CleaningState, form: str, fields: list[Field]) -> pd.DataFrame:
    """Return where an optional field is blank that nearly all others have, at the visit."""
    eligible = state.keys["participant"].map(find_eligible(state.tables["participants"]))
    opened = state.opened.loc[state.cells.index, form] & eligible.astype("bool")
    names = [field.name for field in fields if not field.required]
    filled = state.redcap.raw.loc[opened.index[opened], names] != ""
    visit = state.keys.loc[filled.index, "visit"]
    at = visit.mask(state.cells.loc[filled.index, FORM] == form, form)
    blank = ~filled & (filled.groupby(at).transform("mean") > NEARLY_ALL)
    for name in state.asked.keys() & set(names):
        blank[name] &= state.asked[name].loc[blank.index]
    return blank.reindex(opened.index, fill_value=False)


def find_not_asked(state: CleaningState) -> Iterator[Finding]:
    """Fields that are filled although their condition does not hold."""
    for name, asked in state.asked.items():
        if state.fields[REDCAP][name].automatic:
            continue
        filled = state.cells[name] != ""
        yield find_cells("not_asked_for", name, filled & ~asked.loc[filled.index])


def find_absent_forms(state: CleaningState) -> Iterator[Finding]:
    """Forms that most people have at a visit and somebody who came does not, or the reverse.

    People who were not found eligible are left out: they have no later forms. A form of an
    instrument that hardly anybody else has at a visit may belong to another one.
    """
    rows = _list_attended(state)
    visits, opened = state.keys.loc[rows, "visit"], state.opened.loc[rows]
    usual = _find_usual_forms(state, rows)
    if not state.designated.empty:
        # How often a repeating form is due, and what an unscheduled visit needs, is not known.
        repeating = {*state.redcap.frame[FORM], *_list_numbered_forms(state)}
        usual = usual.loc[usual.index != state.study.unscheduled]
        usual = usual.mask(usual.columns.isin(repeating)[None, :].repeat(len(usual), 0), False)
        visits = visits[visits.isin(usual.index)]
        opened = opened.loc[visits.index]
    for form in opened.columns:
        status = f"{form}_complete"
        if status in state.cells.columns:
            yield find_cells("form_absent", status, ~opened[form] & visits.map(usual[form]))
        names = [f.name for f in state.fields[REDCAP].values() if f.form == form]
        measured = any(state.fields[REDCAP][name].place.instrument for name in names)
        measured &= form not in _list_numbered_forms(state)
        share = opened[form].groupby(visits).transform("mean")
        people = visits.map(visits.value_counts())
        rare = opened[form] & measured & (share < _HARDLY) & (people >= _SEVERAL)
        for row in rare.index[rare & visits.ne(state.study.unscheduled)]:
            filled = [(row, name) for name in names if state.cells.at[row, name] != ""]
            yield from find_together("form_unplanned", filled, group=f"{row} {form}")


def count_forms(state: CleaningState) -> pd.DataFrame:
    """Count forms by form and visit.

    Returns
    -------
    pandas.DataFrame
        `form, visit, due, filled`, in the order of the dictionary; a form is due for
        everybody for whom the visit was.
    """
    rows = _list_attended(state)
    usual = _find_usual_forms(state, rows)
    filled = state.opened.loc[rows].groupby(state.keys.loc[rows, "visit"]).sum()
    visits = state.tables["visits"]
    eligible = visits["participant_id"].map(find_eligible(state.tables["participants"]))
    due = visits[eligible].groupby("visit").size()
    cells = [
        (form, visit, int(due.get(visit, 0)), int(filled.loc[visit, form]))
        for form in state.opened.columns
        for visit in usual.index[usual[form]]
    ]
    return pd.DataFrame(cells, columns=["form", "visit", "due", "filled"])


def _list_attended(state: CleaningState) -> pd.Index:
    """Return the rows of visits (not of repeating forms) of everybody who was found eligible.

    Those who failed screening have no later forms, and other forms at screening.
    """
    eligible = state.keys["participant"].map(find_eligible(state.tables["participants"]))
    single = state.keys["instance"].eq("") & eligible
    return state.keys.index[single.to_numpy(dtype=bool)]


def _find_usual_forms(state: CleaningState, rows: pd.Index) -> pd.DataFrame:
    """Return (visits by forms) which forms belong to a visit.

    They are those that REDCap's list of forms by event names, or where there is no such list,
    those that more than half of the people have.
    """
    if not state.designated.empty:
        return state.designated.reindex(
            index=pd.Index(sorted(set(state.keys.loc[rows, "visit"])), name="visit"),
            columns=state.opened.columns,
            fill_value=False,
        )
    return state.opened.loc[rows].groupby(state.keys.loc[rows, "visit"]).mean() > 0.5


def _list_numbered_forms(state: CleaningState) -> set[str]:
    """Return the forms of which one may be filled in for every event, medication or ulcer."""
    return {
        field.form
        for field in state.fields[REDCAP].values()
        if field.place.table in NUMBERED or field.place.instrument == "digital_ulcers"
    }


def find_doubtful_codes(state: CleaningState) -> Iterator[Finding]:
    """Numbers that are usual codes for a missing value, and were hardly measured.

    They are spans away from the other values, or of three digits and in several fields of a row.
    """
    limits = state.study.queries.doubtful_codes.value
    fields = [f for f in state.fields[REDCAP].values() if f.kind in ("number", "integer")]
    numbers = state.convert_numbers(fields)
    rest = numbers.mask(numbers.isin(_CODES))
    low, high = (each.where(rest.count() >= _SEVERAL) for each in (rest.min(), rest.max()))
    away = limits["spans"] * (high - low)
    far = numbers.gt(high + away) | numbers.lt(low - away) | (numbers.lt(0) & low.ge(0))
    for code in _CODES:
        here = numbers.eq(code)
        often = here.sum(axis=1).ge(limits["fields"]) & (abs(code) >= _THREE_DIGITS)
        rows, names = (here & (far | here.mul(often, axis=0))).to_numpy().nonzero()
        cells = list(zip(here.index[rows], here.columns[names], strict=True))
        yield from find_together("code_doubtful", cells, group=str(code))


def find_ulcer_gates(state: CleaningState) -> Iterator[Finding]:
    """Visits whose gate question, or scale of ulcers, contradicts the ulcer form of that visit.

    Visits at which nobody has an ulcer form are left out: the form is not used there. A scale
    that is said not to apply has no place beside active ulcers.
    """
    gate = state.find_words_of("visits", "ulcers_present")
    active = _find_ulcer_item(state, "active")
    if active is None:
        return
    pair = state.keys["participant"] + "\x1f" + state.keys["visit"]
    found = pair.isin(set(pair[active.eq(1).to_numpy()]))
    for scale in (f.name for f in state.list_items("shaq") if f.place.item == "vas_ulcers"):
        skipped = state.find_reasons(REDCAP, scale, state.cells[scale]) == NOT_APPLICABLE
        yield find_cells("ulcer_scale", scale, skipped & found)
    if gate is None:
        return
    form = next(field.form for field in state.list_items("digital_ulcers"))
    used = set(state.keys.loc[state.opened.loc[state.cells.index, form].to_numpy(), "visit"])
    answered = (gate != "") | state.redcap.raw.loc[gate.index, str(gate.name)].eq("")
    differs = answered & state.keys["visit"].isin(used) & ((gate == "yes") != found)
    differs &= state.keys["instance"] == ""
    yield find_cells("ulcer_gate", str(gate.name), differs)


def find_unreported_ulcers(state: CleaningState) -> Iterator[Finding]:
    """New ulcers after the procedure that no adverse event of that time speaks of.

    A plan may say that ulcers are no events; then none is missing.
    """
    new, exempt = _find_ulcer_item(state, "new"), not state.study.queries.ulcers_are_events.value
    if new is None or exempt or state.manner.free_text_removed:
        return
    who, day = state.keys["participant"], parse_days(find_visit_dates(state, state.keys))
    since = ~(day <= find_person_days(who, state.days)) & who.isin(state.days.index)
    first = state.keys["visit"].isin(state.study.list_visits("screening", "baseline"))
    events, visits = select_ulcer_events(state.tables["adverse_events"]), state.tables["visits"]
    looked = visits[visits["ulcers_present"] != ""]
    unreported = new.eq(1) & since & ~first
    # Of several unscheduled visits an ulcer may belong to any.
    unclear = state.keys["visit"].eq(state.study.unscheduled)
    study_day = (day - find_person_days(who, state.days)).dt.days[unreported]
    for row, at in zip(study_day.index.astype("str"), study_day, strict=True):
        begun = events.loc[events["participant_id"] == who[row], "start_day"]
        before = looked.loc[looked["participant_id"] == who[row], "study_day"]
        low = max(0, before[before < at].max() - _DAYS_AROUND)
        # An event without an exact day may be the one, as may any where no day is known.
        near = begun.isna() | ~(begun < low) & (~(begun > at + _DAYS_AROUND) | unclear[row])
        unreported[row] = not near.any()
    yield find_cells("ulcer_without_event", str(new.name), unreported)


def _find_ulcer_item(state: CleaningState, item: str) -> pd.Series | None:
    for field in state.list_items("digital_ulcers"):
        if field.place.item == item:
            return convert_item(state.cells[field.name], field)[0]
    return None


def find_unlisted_drugs(state: CleaningState) -> Iterator[Finding]:
    """Events treated with a drug that the person's list of medication does not have at that time.

    Drugs are known by the lists of all people, so that `Analgesic` names none. The other way
    round, a drug that was given for an event, by its entry, needs that event.
    """
    events, drugs = list_form_rows(state, EVENTS), list_form_rows(state, "medications")
    wording = drugs["name"].astype("str").map(fold_words).astype("str")
    drugs = drugs.join(wording.str.extract(r"^(?P<drug>.*?)(?: for (?P<why>.*))?$").fillna(""))
    terms = pd.concat([events["term"], events["coded_term"]]).map(fold_words)
    who = pd.concat([events["participant"]] * 2)
    for name in sorted(set(drugs["drug"]) - {""}):
        words = events["action"].map(fold_words)
        given = events[words.str.contains(rf"\b{re.escape(name)}\b")]
        for row, event in given.iterrows():
            mine = drugs[drugs["participant"].eq(event["participant"]) & drugs["drug"].eq(name)]
            over = mine["end_date"].ne("") & (mine["end_date"] < event["start_date"])
            if over.all():
                cells = join_cells(state, [str(row)], EVENTS, ("action",))
                cells += join_cells(state, mine.index, "medications", ("end_date",))
                yield from find_together("drug_unlisted", cells, group=f"{row} {name}")
    known = pd.MultiIndex.from_arrays([who, terms])
    here = pd.MultiIndex.from_frame(drugs[["participant", "why"]])
    alone = drugs["why"].isin(set(terms) - {""}) & ~here.isin(known)
    yield from ask_rows(state, "drug_without_event", "medications", drugs.index[alone], ("name",))
