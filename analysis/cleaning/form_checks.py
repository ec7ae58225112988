"""Contradictions within a visit: what is missing, filled in vain, badly added up, or too much.

A check yields findings about cells of the REDCap export; it changes nothing and asks.
"""

from collections.abc import Iterator

import pandas as pd

from analysis.cleaning.dates import find_person_days, parse_days
from analysis.cleaning.event_checks import select_ulcer_events
from analysis.cleaning.export import REDCAP
from analysis.cleaning.logic import evaluate_calculation, list_inputs
from analysis.cleaning.populations import find_eligible
from analysis.cleaning.reshape import NUMBERED, convert_item, find_visit_dates
from analysis.cleaning.state import NOT_APPLICABLE, CleaningState, Finding, find_cells
from analysis.cleaning.structure import FORM

# Grains of rounding that no sum of recorded volumes reaches (mL, percent).
VOLUME_TOLERANCE = 1e-6


def find_required(state: CleaningState) -> Iterator[Finding]:
    """Required fields that are empty in an opened form, without a reason and although asked.

    An end is required, too, where something is said not to go on.
    """
    for name, field in state.fields[REDCAP].items():
        ends = field.place.column == "end_date" and name in state.asked
        due = (field.required and not field.automatic) or ends
        if name == "record_id" or not due or field.form not in state.opened:
            continue
        empty = (state.cells[name] == "") & state.opened.loc[state.cells.index, field.form]
        if name in state.asked:
            empty &= state.asked[name].loc[empty.index]
        if ends:
            ongoing = state.find_words_of(field.place.table, "ongoing")
            empty &= False if ongoing is None else ongoing == "no"
        if empty.any():
            explained = state.find_reasons(REDCAP, name, state.cells[name]) != ""
            yield find_cells("required_missing", name, empty & ~explained)


def find_not_asked(state: CleaningState) -> Iterator[Finding]:
    """Fields that are filled although their condition does not hold."""
    for name, asked in state.asked.items():
        if state.fields[REDCAP][name].automatic:
            continue
        filled = state.cells[name] != ""
        yield find_cells("not_asked_for", name, filled & ~asked.loc[filled.index])


def find_absent_forms(state: CleaningState) -> Iterator[Finding]:
    """Forms that most people have at a visit and somebody who came does not.

    People who were not found eligible are left out: they have no later forms.
    """
    rows = _list_attended(state)
    visits, opened = state.keys.loc[rows, "visit"], state.opened.loc[rows]
    usual = _find_usual_forms(state, rows)
    if not state.designated.empty:
        # Nobody knows how often a form that repeats is due, or what an unscheduled visit needs.
        repeating = {*state.redcap.frame[FORM], *_list_numbered_forms(state)}
        usual = usual.loc[usual.index != state.study.unscheduled]
        usual = usual.mask(usual.columns.isin(repeating)[None, :].repeat(len(usual), 0), False)
        visits = visits[visits.isin(usual.index)]
        opened = opened.loc[visits.index]
    for form in opened.columns:
        status = f"{form}_complete"
        if status in state.cells.columns:
            yield find_cells("form_absent", status, ~opened[form] & visits.map(usual[form]))


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
    """Say (visits by forms) which forms belong to a visit.

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


def find_totals(state: CleaningState) -> Iterator[Finding]:
    """Recorded totals that their items cannot add up to, whatever the missing ones are."""
    for field in state.fields[REDCAP].values():
        if field.place.item != "recorded_total":
            continue
        parts = [part for part in state.list_items(field.place.instrument) if part is not field]
        if not parts:
            continue
        total = state.convert_numbers([field])[field.name]
        numbers = state.convert_numbers(parts)
        items = numbers.sum(axis=1)
        most = pd.Series({part.name: part.ends[1] for part in parts})
        # A form without any item has its total only.
        open_ = (numbers.isna() * most).sum(axis=1).where(numbers.notna().any(axis=1), float("inf"))
        differs = total.notna() & ((total < items) | (total > items + open_))
        detail = "The items that are there add up to " + items.map("{:g}".format) + "."
        whole = "The items add up to " + items.map("{:g}".format) + "."
        detail = detail.where(numbers.isna().any(axis=1), whole)
        yield find_cells("total_differs", field.name, differs, detail=detail)


def find_calculations(state: CleaningState) -> Iterator[Finding]:
    """Calculated fields that differ from what their inputs give; REDCap may have them stale.

    Only rows that hold the forms of all inputs are looked at.
    """
    fields = state.fields[REDCAP]
    for name, field in fields.items():
        inputs = [column for column in list_inputs(field.formula) if column in fields]
        # The check of recorded totals asks about those.
        if not inputs or field.place.item == "recorded_total":
            continue
        computed = evaluate_calculation(field.formula, state.cells)
        if computed is None:
            continue
        held, whole = state.cells[name], (state.cells[inputs] != "").all(axis=1)
        compared = held.where((held != "") & whole & (computed != ""), "")
        differs = (compared != "") & ~_is_same(compared, computed)
        shown = computed.map(lambda value: value if isinstance(value, str) else f"{value:.6g}")
        detail = "They give " + shown.astype("str") + "."
        yield find_cells("calculation_differs", name, differs, detail=detail)


def _is_same(held: pd.Series, computed: pd.Series) -> pd.Series:
    """Say which texts equal what was computed, as far as their decimals go."""
    decimals = held.str.extract(r"\.([0-9]*)$")[0].str.len().fillna(0)
    gap = pd.to_numeric(held, errors="coerce") - pd.to_numeric(computed, errors="coerce")
    return (gap.abs() <= 0.5 * 10.0**-decimals + 1e-9) | (held == computed.astype("str"))


def find_volumes(state: CleaningState) -> Iterator[Finding]:
    """More injected than prepared, more processed than aspirated, cells beyond 100 percent."""
    fingers = [f"{side}_{finger}" for side in ("right", "left") for finger in range(1, 6)]
    checks = (
        ("final_volume_ml", [f"injected_{finger}_ml" for finger in fingers], None),
        ("lipoaspirate_ml", ["processed_ml"], None),
        ("cd45_percent", ["cd45_percent", "stromal_percent", "endothelial_percent"], 100),
    )
    for column, names, limit in checks:
        parts = [_list_numbers(state, name) for name in names]
        parts = [part for part in parts if part is not None]
        whole = _list_numbers(state, column)
        if whole is None or not parts:
            continue
        total = pd.concat(parts, axis=1).sum(axis=1, min_count=1)
        most = whole if limit is None else limit
        detail = "Together it is " + total.map("{:g}".format) + "."
        beyond = total > most + VOLUME_TOLERANCE
        yield find_cells("volume_exceeds", str(whole.name), beyond, detail=detail)


def find_product(state: CleaningState) -> Iterator[Finding]:
    """Product outside its specification: viability, endotoxin, tests."""
    rule, limits = "product_below_specification", state.study.specification
    least, most = limits.viability_min_percent.value, limits.endotoxin_max_eu_per_ml.value
    viability = _list_numbers(state, "viability_percent")
    if viability is not None:
        detail = f"The specification: at least {least}."
        yield find_cells(rule, str(viability.name), viability < least, detail=detail)
    endotoxin = _list_numbers(state, "endotoxin_eu_per_ml")
    if endotoxin is not None:
        detail = f"The specification: at most {most}."
        yield find_cells(rule, str(endotoxin.name), endotoxin > most, detail=detail)
    for column, bad in (("gram_stain", "positive"), ("sterility", "growth")):
        cells = state.find_cells_of("procedures", column)
        if cells is not None:
            codes = state.fields[REDCAP][str(cells.name)].codes
            yield find_cells(rule, str(cells.name), cells.map(codes) == bad)


def _list_numbers(state: CleaningState, column: str) -> pd.Series | None:
    cells = state.find_cells_of("procedures", column)
    return None if cells is None else pd.to_numeric(cells.where(cells != "")).astype("float64")


def find_ulcer_gates(state: CleaningState) -> Iterator[Finding]:
    """Visits whose gate question contradicts the ulcer form of that visit.

    Visits at which nobody has an ulcer form are left out: the form is not used there.
    """
    gate = state.find_words_of("visits", "ulcers_present")
    active = _find_ulcer_item(state, "active")
    if gate is None or active is None:
        return
    form = next(field.form for field in state.list_items("digital_ulcers"))
    used = set(state.keys.loc[state.opened.loc[state.cells.index, form].to_numpy(), "visit"])
    found = _has_active_ulcer(state, active)
    differs = (gate != "") & state.keys["visit"].isin(used) & ((gate == "yes") != found)
    yield find_cells("ulcer_gate", str(gate.name), differs)


def find_ulcer_scales(state: CleaningState) -> Iterator[Finding]:
    """Scales of ulcers that are said not to apply at a visit with active ulcers on record."""
    scale = next((f for f in state.list_items("shaq") if f.place.item == "vas_ulcers"), None)
    active = _find_ulcer_item(state, "active")
    if scale is None or active is None:
        return
    cells = state.cells[scale.name]
    found = _has_active_ulcer(state, active)
    skipped = state.find_reasons(REDCAP, scale.name, cells) == NOT_APPLICABLE
    yield find_cells("ulcer_scale", scale.name, skipped & found)


def find_unreported_ulcers(state: CleaningState) -> Iterator[Finding]:
    """New ulcers after the procedure that no adverse event of that time speaks of.

    A plan may say that ulcers are no events; then none is missing.
    """
    new, exempt = _find_ulcer_item(state, "new"), not state.study.queries.ulcers_are_events.value
    if new is None or exempt or state.manner.free_text_removed:
        return
    events = select_ulcer_events(state.tables["adverse_events"])
    # An event without an exact day may be the one.
    after = events["start_day"].isna() | (events["start_day"] >= 0)
    reported = set(events.loc[after, "participant_id"])
    day = parse_days(find_visit_dates(state, state.keys))
    who = state.keys["participant"]
    since = ~(day <= find_person_days(who, state.days)) & who.isin(state.days.index)
    first = state.keys["visit"].isin(state.study.list_visits("screening", "baseline"))
    unreported = new.eq(1) & since & ~first & ~who.isin(reported)
    yield find_cells("ulcer_without_event", str(new.name), unreported)


def _find_ulcer_item(state: CleaningState, item: str) -> pd.Series | None:
    for field in state.list_items("digital_ulcers"):
        if field.place.item == item:
            return convert_item(state.cells[field.name], field)[0]
    return None


def _has_active_ulcer(state: CleaningState, active: pd.Series) -> pd.Series:
    """Say which rows are of a person and visit with an active ulcer on record."""
    pair = state.keys["participant"] + "\x1f" + state.keys["visit"]
    return pair.isin(set(pair[active.eq(1).to_numpy()]))


def find_uncoded_events(state: CleaningState) -> Iterator[Finding]:
    """Adverse events with a term as recorded and none as coded.

    Where the export has no field for the coded term, every event is uncoded.
    """
    term = state.find_cells_of("adverse_events", "term")
    coded = state.find_cells_of("adverse_events", "coded_term")
    if term is None or state.manner.free_text_removed:
        return
    place = term if coded is None else coded
    uncoded = (term != "") if coded is None else (term != "") & (coded == "")
    yield find_cells("ae_uncoded", str(place.name), uncoded)
