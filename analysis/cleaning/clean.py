"""The cleaning from end to end: an export in, processed tables and their logs out."""

import functools
import shutil
from dataclasses import dataclass, field, replace
from pathlib import Path

import pandas as pd

from analysis import paths
from analysis.cleaning import (
    columns,
    copy_checks,
    dates,
    derive,
    event_checks,
    form_checks,
    logic,
    logs,
    people,
    places,
    rows,
    structure,
    visit_checks,
)
from analysis.cleaning.arrange import arrange_export
from analysis.cleaning.corrections import (
    apply_corrections,
    ask_unused,
    bind_questions,
    locate_cells,
    mark_answers,
)
from analysis.cleaning.dictionary import describe_fields
from analysis.cleaning.export import (
    ANSWERS,
    CAPILLAROSCOPY,
    CORRECTIONS,
    DIARY,
    REDCAP,
    Origins,
    RawExport,
)
from analysis.cleaning.fields import Field
from analysis.cleaning.origin import check_allowed, check_manner, check_origin, check_privacy
from analysis.cleaning.places import choose_baseline, place_rows
from analysis.cleaning.populations import assign_populations, find_intercurrent_events
from analysis.cleaning.reconcile import reconcile_export
from analysis.cleaning.reshape import RECORDED_TABLES, finish_table, reshape_items, reshape_table
from analysis.cleaning.rows import quarantine
from analysis.cleaning.state import CleaningState
from analysis.cleaning.structure import KEY_COLUMNS, SYSTEM_COLUMNS, key_rows, list_designated
from analysis.provenance import Manner, Provenance, write_provenance
from analysis.study import Study
from analysis.tables import write_table

NEVER_LATER = "2100-01-01"
# By the file that is asked about, in the order of the log.
CHECKS = {
    REDCAP: (
        form_checks.find_blanks,
        form_checks.find_not_asked,
        form_checks.find_absent_forms,
        logic.find_totals,
        logic.find_calculations,
        copy_checks.find_copies,
        visit_checks.find_swapped_sides,
        visit_checks.find_scales,
        dates.find_disorder,
        dates.find_outside_windows,
        form_checks.find_ulcer_gates,
        form_checks.find_unreported_ulcers,
        form_checks.find_doubtful_codes,
        event_checks.find_row_contradictions,
        event_checks.find_exit_disagreements,
        rows.find_repeated_rows,
        rows.find_repeated_ulcers,
        visit_checks.find_ended_ulcers,
        visit_checks.find_ulcer_histories,
        rows.find_coded_apart,
        form_checks.find_unlisted_drugs,
        people.find_smoking,
        people.find_absent_lists,
        people.find_far_tests,
        visit_checks.find_other_lines,
        people.find_twins,
        visit_checks.find_early_exits,
        visit_checks.find_far_fingers,
        copy_checks.find_reversed_scales,
        visit_checks.find_other_arms,
    ),
    DIARY: (visit_checks.find_stray_entries, copy_checks.find_copied_days),
    CAPILLAROSCOPY: (
        dates.find_early_readings,
        copy_checks.find_copied_readings,
        copy_checks.find_counted_while_absent,
        visit_checks.find_shared_images,
        functools.partial(event_checks.find_row_contradictions, source=CAPILLAROSCOPY),
    ),
}


@dataclass(frozen=True)
class Cleaned:
    """What the cleaning makes of an export.

    Parameters
    ----------
    wide
        The cleaned raw files by name, the index is the key of the row.
    tables
        The processed tables by name, shaped as in datapackage.json; also queries and changes.
    balance
        One row per raw file, as `reconcile_export` returns.
    completeness
        One row per form and visit: forms due and forms filled.
    unmapped
        Fields without a place in fields.csv, which stay in items under their form.
    provenance
        Of the export.
    raw
        The raw files by name, the index is the key of the row.
    fields
        By file, then by column.
    asked
        The cells of every query: `query_id, source, row, field, raw_value, value, clean_value`.
    bindings
        By query: what an answer to it holds for.
    notes
        Which files are absent, and which are not read.
    origins
        Field of the export by visit and column, of a project without events.
    """

    wide: dict[str, pd.DataFrame]
    tables: dict[str, pd.DataFrame]
    balance: pd.DataFrame
    completeness: pd.DataFrame
    unmapped: tuple[str, ...]
    provenance: Provenance
    raw: dict[str, pd.DataFrame]
    fields: dict[str, dict[str, Field]]
    asked: pd.DataFrame
    bindings: pd.Series
    notes: tuple[str, ...] = ()
    origins: Origins = field(default_factory=dict)

    @property
    def queries(self) -> pd.DataFrame:
        """The query log: questions to the site."""
        return self.tables["queries"]

    @property
    def changes(self) -> pd.DataFrame:
        """The change log: every cell that differs from the raw one."""
        return self.tables["changes"]


def clean_export(export: RawExport, study: Study) -> Cleaned:
    """Clean an export, and prove that nothing was lost or changed silently.

    Raises
    ------
    DataError
        The structure is not as described (unknown column, event or form), a cell holds
        personal data, a correction does not fit, or the reconciliation fails.
    """
    export = arrange_export(export, study)
    check_origin(export, study)
    check_manner(export)
    fields = describe_fields(export, study)
    check_allowed(fields[REDCAP])
    check_privacy(export.tables, fields[REDCAP])
    received = key_rows(export, fields, study)
    calculated = [field.name for field in fields[REDCAP].values() if field.automatic]
    files, unused = apply_corrections(received, export.tables[CORRECTIONS], calculated)
    latest = export.provenance.exported_on or NEVER_LATER
    unified = people.unify_identifiers(files, export.records)
    manner, designated = export.provenance.manner or Manner(), list_designated(export, study)
    state = CleaningState(study, latest, fields, unified, manner, designated=designated)
    state = columns.clean_columns(places.empty_wrong_rows(structure.place_corrected(state)))
    state = state.apply(columns.unify_terms(state))
    state = apply_checks(derive_tables(resolve_rows(state)))
    kept_apart = quarantine(state)
    if kept_apart is not state:
        state = derive_tables(kept_apart)
    absent = logs.make_questions("visit_absent", visit_checks.list_absent_visits(state))
    without = logs.make_questions("source_absent", visit_checks.list_absent_files(state))
    queries = logs.build_query_log(state, [absent, without, ask_unused(unused)])
    asked = locate_cells(logs.list_asked_cells(state), received, files, state.files)
    bindings = bind_questions(queries, asked)
    queries = mark_answers(queries, asked, bindings, export.tables.get(ANSWERS))
    tables = state.tables | {
        "queries": finish_table(queries, "queries"),
        "changes": finish_table(logs.build_change_log(state), "changes"),
    }
    wide = {source: file.kept for source, file in state.files.items()}
    raw = {source: file.raw for source, file in received.items()}
    balance = reconcile_export(raw, wide, tables, fields)
    for name in ("queries", "changes") if export.origins else ():
        tables[name] = finish_table(logs.show_origins(tables[name], export.origins), name)
    return Cleaned(
        wide=wide,
        tables=tables,
        balance=balance,
        completeness=form_checks.count_forms(state),
        unmapped=_list_unmapped(fields),
        provenance=export.provenance,
        raw=raw,
        fields=fields,
        asked=asked,
        bindings=bindings,
        notes=export.notes,
        origins=export.origins,
    )


def apply_checks(state: CleaningState) -> CleaningState:
    """Ask about everything that contradicts something else."""
    for source, checks in CHECKS.items():
        state = state.apply([each for check in checks for each in check(state)], source)
    return state


def resolve_rows(state: CleaningState) -> CleaningState:
    """Choose among rows and facts that are recorded more than once, and find the opened forms."""
    state = rows.resolve_visits(state)
    state = replace(state, opened=places.find_opened(state.redcap, state.fields[REDCAP]))
    state = rows.resolve_facts(places.explain_boxes(places.empty_unopened(state)))
    state = state.apply(columns.find_marks_beyond_lines(state))
    return rows.resolve_readings(rows.resolve_days(state))


def derive_tables(state: CleaningState) -> CleaningState:
    """Make the processed tables: what was recorded, and what follows from it."""
    study = state.study
    state = replace(state, asked=places.find_asked(state.redcap, state.fields[REDCAP]))
    recorded = {table: reshape_table(state, table) for table in RECORDED_TABLES}
    procedures = recorded["procedures"]
    days = derive.find_procedure_days(recorded["visits"], procedures, study)
    state = replace(state, days=days)
    state = replace(state, places=place_rows(state, recorded["visits"]))
    everyone = people.list_participants(state.redcap)
    participants = derive.derive_participants(
        recorded["participants"],
        procedures,
        everyone,
        days,
        shifted=bool(state.manner.dates_shifted),
    )
    due = derive.list_due_visits(participants, days, study, state.latest)
    items = pd.concat([reshape_items(state, source) for source in state.files], ignore_index=True)
    held = derive.select_held(recorded["visits"], items, study)
    visits = derive.derive_visits(held, due, days, study)
    tables = {
        "visits": visits,
        "items": choose_baseline(items, visits, study),
        "adverse_events": derive.derive_adverse_events(recorded["adverse_events"], days),
        "procedures": derive.derive_procedures(procedures),
        "medications": derive.derive_medications(recorded["medications"], days),
        "disposition": derive.derive_disposition(
            recorded["disposition"], visits, everyone, days, study
        ),
    }
    tables = {name: finish_table(frame, name) for name, frame in tables.items()}
    events = find_intercurrent_events(tables, days, study)
    members = assign_populations(participants, procedures, tables["visits"], events, study)
    tables["intercurrent_events"] = finish_table(events, "intercurrent_events")
    members = members.assign(site=derive.find_sites(members, state.redcap))
    tables["participants"] = finish_table(members, "participants")
    return replace(state, tables=tables)


def _list_unmapped(fields: dict[str, dict[str, Field]]) -> tuple[str, ...]:
    return tuple(
        f"{source}:{name}"
        for source, columns in fields.items()
        for name, field in columns.items()
        if not field.place.table
        and not field.place.instrument
        and name not in KEY_COLUMNS.get(source, SYSTEM_COLUMNS)
    )


def write_cleaned(cleaned: Cleaned, folder: Path) -> list[Path]:
    """Write every processed table, datapackage.json and provenance.json into a folder.

    Returns
    -------
    list of pathlib.Path
        The tables.
    """
    folder.mkdir(parents=True, exist_ok=True)
    written = [write_table(frame, name, folder) for name, frame in sorted(cleaned.tables.items())]
    shutil.copyfile(paths.TABLE_SCHEMAS, folder / paths.TABLE_SCHEMAS.name)
    write_provenance(cleaned.provenance, folder)
    return written
