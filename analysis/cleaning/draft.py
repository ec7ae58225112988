"""Write drafts of what another site has to fill in: fields.csv, provenance.yml, visits.yml.

Nothing guessed is confirmed, and what a person has filled in stays as it is.
"""

import re
from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from analysis import paths
from analysis.cleaning.arrange import API_COLUMNS
from analysis.cleaning.decode import FileFormat, decode_text, parse_formats, parse_table
from analysis.cleaning.dictionary import list_file_fields, parse_dictionary
from analysis.cleaning.export import (
    DICTIONARY,
    MAP,
    PROVENANCE_FILE,
    REDCAP,
    refuse_labels,
    suggest_file,
)
from analysis.cleaning.fields import Field, Place, find_factor, list_values
from analysis.cleaning.mapping import DRAFT, MAP_COLUMNS, NOTE, OPTIONAL_MAP_COLUMNS, find_anchors
from analysis.cleaning.outcomes import list_mapped
from analysis.cleaning.recognise import find_visit, list_targets, list_units, recognise_fields
from analysis.cleaning.structure import ARM, EVENT, FILE_KEYS
from analysis.errors import MissingError, UsageError
from analysis.records import read_yaml
from analysis.study import Study, load_study

VISITS_FILE = "visits.yml"
DRAFT_COLUMNS = [*MAP_COLUMNS, *OPTIONAL_MAP_COLUMNS, "visit", NOTE]
# Lines of provenance.yml that only a person can fill in; an empty one stops the cleaning.
PROVENANCE_LINES = {
    "description": 'description: ""  # what this export is, in a sentence',
    "exported_on": 'exported_on: ""  # the day, as 2024-05-31',
    "exported_by": 'exported_by: ""  # who exported it',
    "simulated": "simulated: false  # true only if nobody described in it exists",
    "export": """export:
  values:              # raw or labels; only raw codes can be read
  made_with:           # gui or api
  dates_shifted:       # none, all, or a list of the files whose dates REDCap shifted
  identifiers_hashed:  # none, all, or a list of the files whose record ids it hashed
  free_text_removed:   # true or false
  blank_status:        # true or false: the status of an untouched form is blank
  filters:             # none, or which records, events or fields were left out""",
}


def run_draft(raw: Path, study: Path | None = None) -> None:
    """Write the drafts into the folder of an export, and say what still feeds no outcome.

    Raises
    ------
    UsageError
        The folder is the repository's own data/raw.
    MissingError
        The export or its dictionary is not there.
    DataError
        One of them is no table, or what a person wrote cannot be read.
    """
    if raw.resolve() == paths.RAW.resolve():
        hint = "Give the folder of another export as RAW"
        raise UsageError("the shipped export needs no draft", file=raw, hint=hint)
    if not raw.is_dir():
        raise MissingError("there is no such folder", file=raw, hint="Give the export as RAW")
    plan = load_study(study)
    # First, since it states how the other files are written where that is not certain.
    _write_provenance(raw / PROVENANCE_FILE)
    main, dictionary = _read(raw, REDCAP), _read(raw, DICTIONARY).rename(columns=API_COLUMNS)
    held = _read(raw, MAP) if (raw / MAP).is_file() else pd.DataFrame(columns=DRAFT_COLUMNS)
    events = list(dict.fromkeys(main[EVENT])) if EVENT in main else []
    table = draft_fields(dictionary, list_file_columns(raw), held, plan, classic=EVENT not in main)
    table.to_csv(raw / MAP, index=False, lineterminator="\n", encoding="utf-8")
    path = raw / VISITS_FILE
    written = read_yaml(_read_text(path), file=path) or {}
    visits, unknown = draft_visits(events, plan, written.get("visits"))
    path.write_text(_format_visits(visits, unknown), encoding="utf-8", newline="\n")
    print(format_report(table, unknown, parse_dictionary(dictionary, {}, plan.scoring), plan))
    print(f"Fill in {MAP}, {PROVENANCE_FILE} and {VISITS_FILE} in {raw}; then make check-data.")


def draft_fields(
    dictionary: pd.DataFrame,
    columns: Mapping[str, list[str]],
    held: pd.DataFrame,
    study: Study,
    *,
    classic: bool = False,
) -> pd.DataFrame:
    """Return fields.csv with a row for every field of the export, and a reason in `note`.

    Parameters
    ----------
    dictionary
        The site's.
    columns
        Of the other files that are there, by file.
    held
        What fields.csv holds; a row that a person has filled in stays.
    study
        Settings that bound items, and the visits.
    classic
        Whether the project has no events, so that the names of fields tell the visits.
    """
    scoring = study.scoring
    shipped = _read(paths.RAW, MAP)
    targets = list_targets(shipped, _read(paths.RAW, DICTIONARY), scoring)
    described = parse_dictionary(dictionary, {}, scoring)
    notes = dict(list_units(dictionary))
    held = held.reindex(columns=DRAFT_COLUMNS, fill_value="").fillna("")
    cells = (dict(zip(DRAFT_COLUMNS, row, strict=True)) for row in held.to_numpy().tolist())
    before: dict[str, dict[str, str]] = {row["field"]: row for row in cells}
    rows = []
    plain = {n: find_visit(f, study.visits) if classic else (f, "") for n, f in described.items()}
    guesses = recognise_fields({n: found for n, (found, _) in plain.items()}, targets, scoring)
    record = next(iter(described), "")
    if record and guesses[record][0] is None:
        guesses[record] = Place("participants", "participant_id"), "as the first field"
    for name, field in described.items():
        row = before.pop(name, None)
        if row is None or _is_open(row):
            place, reason = guesses[name]
            row = _make_row(field, place, reason, notes.get(field.question, ""), study)
            if classic and place and place.table != "participants":
                row |= {"visit": plain[name][1]}
                row[NOTE] += "" if row["visit"] else "; say in `visit` when it is recorded"
        rows.append(row)
    _name_others(rows)
    known = {target.name: target.place for target in targets}
    for file, names in columns.items():
        for name in (f"{file}:{column}" for column in names):
            reason = "by its name" if name in known else "no known column has such a name"
            field = Field(name, file, "text")
            drafted = _make_row(field, known.get(name), reason, "", study)
            row = before.pop(name, None)
            rows.append(drafted if row is None or _is_open(row) else row)
    return pd.DataFrame([*rows, *before.values()], columns=DRAFT_COLUMNS)


def _name_others(rows: list[dict[str, str]]) -> None:
    """Note which drafted fields compete for a place that takes only one."""
    groups: dict[tuple[str, ...], list[dict[str, str]]] = {}
    for row in rows:
        key = tuple(row[name] for name in ("table", "column", "instrument", "item", "location"))
        if any(key) and not row["rule"]:
            groups.setdefault((*key, row["occasion"], row["visit"]), []).append(row)
    for row, others in ((row, group) for group in groups.values() for row in group if group[1:]):
        if row[NOTE].startswith(DRAFT) and "goes there too" not in row[NOTE]:
            first = next(other["field"] for other in others if other is not row)
            row[NOTE] += f"; {first} goes there too: keep the place of one"


def _is_open(row: Mapping[Any, str]) -> bool:
    """Return whether a row is still as drafted: without a place, and with its note."""
    placed = row["table"] or row["instrument"] or row["confirmed_by"]
    return not placed and row[NOTE].startswith(DRAFT)


def _make_row(
    field: Field, place: Place | None, reason: str, unit: str, study: Study
) -> dict[str, str]:
    row = dict.fromkeys(DRAFT_COLUMNS, "") | asdict(place or Place())
    flagged = "; REDCap flags it: leave it out of the export" if field.identifier else ""
    if place is None:
        return row | {"field": field.name, NOTE: f"{DRAFT}not recognised: {reason}{flagged}"}
    note = f"{DRAFT}recognised {reason}"
    if unit and place.unit and find_factor(unit, place.unit, place.item) not in (None, 1):
        row["recorded_unit"] = unit
        note += f"; the form gives {unit}"
    if find_anchors(place, study.scoring) is not None:
        row["codes"] = " | ".join(f"{code}, {label}" for code, label in field.choices)
        note += "; codes and anchors are to be confirmed"
    note += flagged and f"{flagged}, or fill in `allowed` and `approved_by`"
    values = list_values(place.table, place.column)
    if values and not {*replace(field, place=place).codes.values()} <= {*values}:
        note += f"; say in `values` which code is {', '.join(values)}"
    return row | {"field": field.name, NOTE: note}


def draft_visits(
    events: list[str], study: Study, held: list[dict[str, Any]] | None = None
) -> tuple[list[dict[str, Any]], list[str]]:
    """Return the visits with the site's events, and the events that fit none.

    Parameters
    ----------
    events
        Unique event names of the export.
    study
        Its visits are proposed.
    held
        What a person has written; it stays.
    """
    visits = [dict(visit) for visit in held] if held else [_list_visit(v) for v in study.visits]
    taken = {event for visit in visits for event in visit.get("events") or ()}
    unknown = []
    for event in events:
        stem = re.sub(ARM, "", event)
        names = [
            visit
            for visit in visits
            if stem in (visit["name"], visit["label"].casefold().replace(" ", "_"))
        ]
        if event in taken:
            continue
        if names:
            names[0]["events"] = [*(names[0].get("events") or ()), event]
        else:
            unknown.append(event)
    return visits, unknown


def _list_visit(visit: Any) -> dict[str, Any]:
    """Return a visit as study.yml writes it, without the events of another site."""
    return asdict(visit) | {"events": []}


def _format_visits(visits: list[dict[str, Any]], unknown: list[str]) -> str:
    lines = [
        "# Draft of `visits` for study.yml: put it there when days, windows and events are right.",
        "visits:",
    ]
    for visit in visits:
        text = yaml.safe_dump(
            visit, default_flow_style=True, sort_keys=False, allow_unicode=True, width=1000
        )
        lines.append(f"  - {' '.join(text.split())}")
    lines += [f"# not recognised, give it to a visit: {event}" for event in unknown]
    return "\n".join(lines) + "\n"


def list_file_columns(raw: Path) -> dict[str, list[str]]:
    """Return the columns of the other files of an export that are there."""
    return {file: list(_read(raw, file).columns) for file in FILE_KEYS if (raw / file).is_file()}


def _write_provenance(path: Path) -> None:
    """Add the lines that are missing; what is written stays to the byte."""
    text = _read_text(path)
    written = read_yaml(text, file=path) or {}
    lines = [line for name, line in PROVENANCE_LINES.items() if name not in written]
    if text and not text.endswith("\n"):
        text += "\n"
    path.write_text(text + "".join(f"{line}\n" for line in lines), encoding="utf-8", newline="\n")


def format_report(
    table: pd.DataFrame, unknown: list[str], described: dict[str, Field], study: Study
) -> str:
    """Return what was recognised and what was not, and the outcomes that nothing feeds yet."""
    rows = table[[*MAP_COLUMNS, *OPTIONAL_MAP_COLUMNS]].to_numpy().tolist()
    places = {row[0]: Place(*row[1:]) for row in rows}
    placed = [name for name, place in places.items() if place.table or place.instrument]
    unplaced = (table[["table", "instrument"]] == "").all(axis=1)
    open_rows = table[table[NOTE].str.startswith(f"{DRAFT}not recognised") & unplaced]
    lines = [f"{len(placed)} of {len(table)} fields have a place."]
    by_reason = open_rows.groupby(open_rows[NOTE].str.removeprefix(DRAFT), sort=False)["field"]
    lines += [f"  {reason}: {', '.join(names)}" for reason, names in by_reason]
    lines += [f"  event {event}: no visit of study.yml bears its name" for event in unknown]
    files = {file: list_file_fields(file, places, study.scoring) for file in FILE_KEYS}
    fields = [field for columns in files.values() for field in columns.values()]
    fields += [
        Field(n, f.form, f.kind, place=places[n]) for n, f in described.items() if n in places
    ]
    waiting = [
        field.name
        for field in fields
        if find_anchors(field.place, study.scoring) and not field.place.confirmed_by.strip()
    ]
    lines.append(f"{len(waiting)} fields have codes or anchors that nobody has confirmed.")
    lines.append("Registered outcomes:")
    for outcome in study.outcomes:
        count = len(list_mapped(outcome, fields))
        state = f"{count} fields" if count else "nothing feeds it yet"
        lines.append(f"  {outcome.name}: {state}")
    return "\n".join(lines)


def _read_text(path: Path) -> str:
    return decode_text(path.read_bytes(), file=path)[0] if path.is_file() else ""


def _read(folder: Path, name: str) -> pd.DataFrame:
    path = folder / name
    if not path.is_file():
        raise MissingError("the raw file is missing", file=path, hint=suggest_file(folder))
    about = folder / PROVENANCE_FILE
    form = parse_formats(_read_text(about), file=about).get(name, FileFormat())
    text, _ = decode_text(path.read_bytes(), file=path, encoding=form.encoding)
    if name == REDCAP:
        refuse_labels(text, path)
    return parse_table(text, file=path, form=form)
