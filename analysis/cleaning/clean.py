"""The cleaning from end to end: an export in, processed tables and their books out."""

from dataclasses import dataclass

import pandas as pd

from analysis.cleaning import books, derive, duplicates, items, layouts
from analysis.cleaning.baseline import choose_baseline
from analysis.cleaning.columns import clean_columns
from analysis.cleaning.completeness import count_forms
from analysis.cleaning.consistency import ask_unused, check_consistency
from analysis.cleaning.corrections import apply_corrections
from analysis.cleaning.dates import parse_days
from analysis.cleaning.diary import place_entries
from analysis.cleaning.export import CAPILLAROSCOPY, CORRECTIONS, DIARY, REDCAP, check_origin
from analysis.cleaning.forms import (
    Reasons,
    empty_untouched_boxes,
    empty_wrong_rows,
    find_asked,
    find_opened,
)
from analysis.cleaning.hands import check_lines
from analysis.cleaning.identifiers import list_participants, unify_identifiers
from analysis.cleaning.intercurrent import find_intercurrent_events
from analysis.cleaning.populations import assign_populations, find_eligible
from analysis.cleaning.privacy import check_privacy
from analysis.cleaning.reconcile import reconcile
from analysis.cleaning.schema import DICTIONARY, MAP, read_fields, read_file_fields
from analysis.cleaning.sheets import make_diary_sheet, make_readings_sheet, make_redcap_sheet
from analysis.cleaning.view import View
from analysis.cleaning.visits import list_due
from analysis.cleaning.wide_tables import RECORDED, finish_table, reshape_table
from analysis.provenance import Provenance

NEVER_LATER = "2100-01-01"


@dataclass(frozen=True)
class Cleaned:
    """What the cleaning makes of an export.

    Parameters
    ----------
    wide
        The cleaned raw files by name, the index is the key of the row.
    tables
        The processed tables by name, shaped as datapackage.json says; queries and changes
        among them.
    balance
        One row per raw file, as `reconcile` returns.
    completeness
        One row per form and visit: forms due and forms filled.
    unmapped
        Fields without a place in fields.csv, which stay in items under their form.
    provenance
        Of the export.
    """

    wide: dict[str, pd.DataFrame]
    tables: dict[str, pd.DataFrame]
    balance: pd.DataFrame
    completeness: pd.DataFrame
    unmapped: tuple[str, ...]
    provenance: Provenance

    @property
    def queries(self):
        """Questions to the site."""
        return self.tables["queries"]

    @property
    def changes(self):
        """Every cell that differs from the raw one."""
        return self.tables["changes"]


def clean_export(export, study):
    """Clean an export, and prove that nothing was lost or changed silently.

    Parameters
    ----------
    export : Export
    study : analysis.study.Study

    Returns
    -------
    Cleaned

    Raises
    ------
    DataError
        The structure is not what it says (unknown column, event or form), a cell holds
        personal data, a correction does not fit, or the books do not balance.
    """
    check_origin(export, study)
    fields = describe_fields(export)
    check_privacy(export.tables, fields[REDCAP])
    raw = key_rows(export, fields, study)
    sheets, unused = apply_corrections(raw, export.tables[CORRECTIONS])
    sheets = unify_identifiers(sheets, REDCAP)
    sheets |= {REDCAP: empty_wrong_rows(sheets[REDCAP], fields[REDCAP])}
    latest = export.provenance.exported_on or NEVER_LATER
    sheets = {
        source: clean_columns(sheet, fields[source].values(), latest=latest)
        for source, sheet in sheets.items()
    }
    sheets, opened = _resolve_rows(sheets, fields, study)
    everyone = list_participants(sheets[REDCAP])
    asked = find_asked(sheets[REDCAP], fields[REDCAP])
    reasons = Reasons(sheets[REDCAP], asked)
    recorded = {
        table: reshape_table(sheets[REDCAP], fields[REDCAP], table, reasons, opened=opened)
        for table in RECORDED
    }
    days = derive.find_procedure_days(recorded["visits"], recorded["procedures"])
    places = _place_rows(sheets, fields, recorded["visits"], days, study)
    tables = _derive(
        sheets, fields, recorded, places, opened, reasons, everyone, days, study, latest
    )
    view = View(sheets, fields, places, opened, asked, tables, days, study, latest)
    sheets, others = check_consistency(view)
    others = pd.concat([others, ask_unused(unused)], ignore_index=True)
    tables["queries"] = finish_table(books.list_queries(sheets, fields, others), "queries")
    tables["changes"] = finish_table(books.list_changes(sheets, fields), "changes")
    cleaned = {source: sheet.kept for source, sheet in sheets.items()}
    received = {source: sheet.raw for source, sheet in raw.items()}
    return Cleaned(
        wide=cleaned,
        tables=tables,
        balance=reconcile(received, cleaned, tables, fields),
        completeness=count_forms(
            sheets[REDCAP], opened, tables["visits"], find_eligible(tables["participants"])
        ),
        unmapped=_list_unmapped(fields),
        provenance=export.provenance,
    )


def key_rows(export, fields, study):
    """Return the raw sheets of an export by file name."""
    tables = export.tables
    return {
        REDCAP: make_redcap_sheet(tables[REDCAP], fields[REDCAP], study),
        DIARY: make_diary_sheet(tables[DIARY], fields[DIARY]),
        CAPILLAROSCOPY: make_readings_sheet(tables[CAPILLAROSCOPY], fields[CAPILLAROSCOPY], study),
    }


def describe_fields(export):
    """Return the fields of every file by file name, then by column."""
    places = export.tables[MAP]
    return {
        REDCAP: read_fields(export.tables[DICTIONARY], places),
        DIARY: read_file_fields(places, DIARY, layouts.DIARY_KEYS),
        CAPILLAROSCOPY: read_file_fields(places, CAPILLAROSCOPY, layouts.READING_KEYS),
    }


def _resolve_rows(sheets, fields, study):
    main = sheets[REDCAP]
    main = duplicates.resolve_visits(main, fields[REDCAP], study)
    opened = find_opened(main, fields[REDCAP])
    main = empty_untouched_boxes(main, fields[REDCAP], opened)
    main = check_lines(duplicates.resolve_facts(main, fields[REDCAP], study), fields[REDCAP])
    resolved = {
        REDCAP: main,
        DIARY: duplicates.resolve_days(sheets[DIARY]),
        CAPILLAROSCOPY: duplicates.resolve_readings(sheets[CAPILLAROSCOPY]),
    }
    return resolved, opened


def _place_rows(sheets, fields, visits, days, study):
    follow = study.analysis.followup_visit.value
    dated = visits[visits["visit"] == follow].drop_duplicates("participant_id")
    references = {
        study.analysis.baseline_visit.value: days,
        follow: parse_days(dated.set_index("participant_id")["visit_date"]),
    }
    return {
        REDCAP: items.locate_fingers(sheets[REDCAP], fields[REDCAP]),
        DIARY: place_entries(
            sheets[DIARY], references, days=study.scoring.raynaud_diary_days.value
        ),
        CAPILLAROSCOPY: items.locate_readings(sheets[CAPILLAROSCOPY]),
    }


def _derive(sheets, fields, recorded, places, opened, reasons, everyone, days, study, latest):
    parts = [
        items.reshape_items(
            sheet,
            fields[source],
            reasons if source == REDCAP else Reasons(sheet, {}),
            opened=opened if source == REDCAP else None,
            places=places[source],
        )
        for source, sheet in sheets.items()
    ]
    participants = derive.derive_participants(
        recorded["participants"], recorded["procedures"], everyone, days
    )
    due = list_due(participants, days, study, latest)
    visits = derive.derive_visits(recorded["visits"], due, days, study)
    order = [visit.name for visit in study.visits]
    tables = {
        "visits": visits,
        "items": choose_baseline(pd.concat(parts, ignore_index=True), visits, study),
        "adverse_events": derive.derive_adverse_events(recorded["adverse_events"], days),
        "procedures": derive.derive_procedures(recorded["procedures"]),
        "medications": derive.derive_medications(recorded["medications"], days),
        "disposition": derive.derive_disposition(
            recorded["disposition"], visits, everyone, days, order
        ),
    }
    tables = {name: finish_table(frame, name) for name, frame in tables.items()}
    events = find_intercurrent_events(tables, days, study)
    tables["intercurrent_events"] = finish_table(events, "intercurrent_events")
    members = assign_populations(
        participants, recorded["procedures"], tables["visits"], events, study
    )
    return tables | {"participants": finish_table(members, "participants")}


def _list_unmapped(fields):
    return tuple(
        f"{source}:{field.name}"
        for source, own in fields.items()
        for field in own.values()
        if not field.place.table
        and not field.place.instrument
        and field.name not in items.KEY_COLUMNS.get(source, ())
    )
