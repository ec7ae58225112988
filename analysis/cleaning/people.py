"""Whom a row belongs to: one spelling for every participant, and never one for two people.

``sim-1``, ``SIM 01`` and ``1`` are SIM-01, unless something contradicts it. Identifiers that look
alike, habits and tests that nobody has, and lists that nearly all have, are asked about.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import pandas as pd

from analysis.cleaning.export import CAPILLAROSCOPY, DIARY, REDCAP
from analysis.cleaning.fields import find_column, list_columns
from analysis.cleaning.reshape import join_cells, list_form_rows
from analysis.cleaning.state import CleaningState, Finding, SourceFile, find_cells, find_together
from analysis.cleaning.structure import FORM, ID, SYSTEM_COLUMNS, is_summary
from analysis.cleaning.values import DASHES, list_distinct, narrow_text
from analysis.cleaning.visit_checks import NEARLY_ALL
from analysis.errors import DataError

_UNSEEN = "[\u00ad\u200b-\u200f\u2060\ufeff]"  # Letters of no width.
_PARTS = re.compile(r"(?P<prefix>[A-Za-z]*)(?P<mark>[-_ ]?)(?P<number>[0-9]+)")
# Rows that are entered twice under two spellings agree in nearly all cells; two people do not.
_AGREEMENT = 0.9
_MOST_LISTED = 6
_LOOKALIKES = str.maketrans({"o": "0", "l": "1", "i": "1"})
_ALIKE = DASHES | str.maketrans("авсенікморѕтух/", "abcehikmopstyx-")  # Look-alikes.
_HASHED = "Name people as the export does; where record ids are hashed, hash all or none"
_HINT = "Correct the identifiers at the source, so that each participant has one"


def unify_identifiers(
    files: dict[str, SourceFile], records: Mapping[str, str] | None = None
) -> dict[str, SourceFile]:
    """Spell the participants of every file as most of the REDCap export does.

    An identifier is put into that form only where prefix (or its absence) and number agree;
    rows of the other files whose participant is not in the export are set aside.

    Parameters
    ----------
    files
        By name.
    records
        Participant by record id, where the two differ: another file may name either.

    Returns
    -------
    dict of str to SourceFile
        With `keys.participant` as it is spelled now.

    Raises
    ------
    DataError
        Two spellings of one participant have different data for one event and form, two series
        of numbers collide, a bare number fits two participants, or a file has nobody known.
    """
    speller = _Speller(list_distinct(files[REDCAP].frame[ID]), records or {})
    unified = {}
    for source, file in files.items():
        received = file.frame[ID]
        composed = received.str.normalize("NFC")
        trimmed = composed.str.replace(_UNSEEN, "", regex=True).str.strip()
        spelled = trimmed.map({name: speller.spell(name, source) for name in trimmed.unique()})
        _check_apart(file, trimmed, spelled)
        file = file.apply(
            [
                find_cells("full_width", ID, composed != received, composed),
                find_cells("surrounding_space", ID, trimmed != composed, trimmed),
                find_cells("identifier_spelling", ID, spelled != trimmed, spelled),
            ]
        )
        unified[source] = replace(file, keys=file.keys.assign(participant=spelled))
    main = unified[REDCAP]
    unified[REDCAP] = main.apply([find_cells("summary_row", "", is_summary(main.raw))])
    known = list_participants(unified[REDCAP])
    for source, file in unified.items():
        stranger = ~file.keys["participant"].isin(known) & ~file.keys.index.isin(file.aside)
        if len(stranger) > 2 and stranger.all():
            problem = f"no row is of a participant of the export, such as {known[0]}"
            raise DataError(problem, file=source, field=ID, hint=_HASHED)
        unified[source] = file.apply([find_cells("unknown_participant", "", stranger)])
    return unified


def list_participants(file: SourceFile) -> pd.Index:
    """Return the participants of the rows of a file that were not set aside, sorted."""
    people = file.keys["participant"].drop(file.aside).unique()
    return pd.Index(people, name="participant_id").sort_values()


def _split(identifier: str) -> tuple[str, str, str] | None:
    """Return prefix, mark and number of an identifier, None where it has another form."""
    match = _PARTS.fullmatch(narrow_text(identifier).translate(DASHES).strip())
    return (match["prefix"], match["mark"], match["number"]) if match else None


class _Speller:
    """The usual form of each prefix among the identifiers of the REDCap export."""

    def __init__(self, identifiers: pd.Series, records: Mapping[str, str]) -> None:
        parts = [part for part in map(_split, identifiers) if part]
        self.forms, self.records = _find_usual_forms(parts), records
        self.prefixes: dict[int, set[str]] = {}
        for prefix, _, number in parts:
            if prefix:
                self.prefixes.setdefault(int(number), set()).add(prefix.casefold())

    def spell(self, identifier: str, source: str) -> str:
        """Return the one spelling of an identifier."""
        person = self.records.get(identifier.strip(), "") if source != REDCAP else ""
        spelled = self._spell_by_number(identifier, source)
        if person and spelled != person and spelled in self.records.values():
            raise DataError(
                f"{identifier.strip()!r} is the record of {person}, and fits {spelled} as well",
                file=source,
                field=ID,
                hint="Name the participant in this file as in the REDCap export",
            )
        return person or spelled

    def _spell_by_number(self, identifier: str, source: str) -> str:
        parts = _split(identifier)
        if parts is None or not self.forms:
            return identifier.strip()
        prefix, _, number = parts
        fitting = sorted(self.prefixes.get(int(number), ())) if not prefix else [prefix.casefold()]
        if len(fitting) > 1:
            names = " or ".join(self._write(each, number) for each in fitting)
            raise DataError(
                f"{identifier.strip()!r} may be {names}", file=source, field=ID, hint=_HINT
            )
        chosen = fitting[0] if fitting else next(iter(self.forms))
        return self._write(chosen, number) if chosen in self.forms else identifier.strip()

    def _write(self, prefix: str, number: str) -> str:
        written, mark, width = self.forms[prefix]
        return written + mark + number.lstrip("0").zfill(width)


def _find_usual_forms(parts: list[tuple[str, str, str]]) -> dict[str, tuple[str, str, int]]:
    """Return prefix, mark and number of digits by prefix in lower case, the usual prefix first."""
    if not parts:
        return {}
    frame = pd.DataFrame(parts, columns=["prefix", "mark", "number"])
    frame = frame.assign(width=frame["number"].str.len(), folded=frame["prefix"].str.casefold())
    counts = frame.value_counts(["folded", "prefix", "mark", "width"]).reset_index()
    counts = counts.sort_values(
        ["count", "prefix", "mark", "width"], ascending=[False, True, True, True]
    )
    forms = {}
    for folded, prefix, mark, width, _ in counts.drop_duplicates("folded").itertuples(index=False):
        same = frame[(frame["prefix"] == prefix) & (frame["mark"] == mark)]
        padded = same["number"].str.startswith("0").any()
        forms[folded] = (prefix, mark, int(width) if padded else 1)
    return forms


def _check_apart(file: SourceFile, received: pd.Series, spelled: pd.Series) -> None:
    """Stop where spellings that would become one participant belong to two."""
    names = pd.DataFrame({"received": received, "spelled": spelled}).drop_duplicates()
    several = names[names.duplicated("spelled", keep=False)]
    if several.empty:
        return
    involved = spelled.isin(several["spelled"])
    clashes = list(_find_clashes(file, received[involved], spelled[involved]))
    # A day or an image that was entered twice does not prove a second person.
    if len(clashes) > (0 if file.source == REDCAP else 1):
        shown = "; ".join(clashes[:_MOST_LISTED])
        raise DataError(
            f"two spellings may be two people: {shown}",
            file=file.source,
            field=ID,
            hint=_HINT,
        )
    series = several.assign(series=several["received"].map(_name_series))
    groups = series.groupby("spelled")["series"]
    colliding = groups.agg(lambda each: str(sorted(set(each))))[groups.nunique() > 1]
    for both in sorted(set(colliding[colliding.duplicated()])) if file.source == REDCAP else ():
        listed = several[several["spelled"].isin(colliding.index[colliding == both])]
        shown = ", ".join(sorted(listed["received"])[: 2 * _MOST_LISTED])
        raise DataError(
            f"two series of numbers may be those of different people: {shown}",
            file=file.source,
            field=ID,
            hint=_HINT,
        )


def _name_series(identifier: str) -> tuple[str, str, int]:
    """Return what identifiers of one series have in common: prefix, mark, padding."""
    prefix, mark, number = _split(identifier) or (identifier, "", "")
    return prefix.casefold(), mark, len(number) if number.startswith("0") else 0


def _find_clashes(file: SourceFile, received: pd.Series, spelled: pd.Series) -> Iterator[str]:
    """Yield where two spellings have different data in rows of one event and form."""
    rows, slots = file.frame.loc[received.index], _list_slots(file).loc[received.index]
    keys = (*SYSTEM_COLUMNS, "event", "entry_time")
    asked = (name for name in map(str, rows) if not name.endswith("_complete"))
    described = [name for name in asked if name not in keys and "___" not in name]
    both = pd.DataFrame({"who": spelled, "slot": slots})
    by_slot: dict[Any, Any] = both.groupby(["who", "slot"]).indices
    for (_, slot), places in sorted(by_slot.items()):
        names = received.iloc[places]
        if names.nunique() < 2:
            continue
        first, *others = (rows.iloc[place][described] for place in places)
        for other, name in zip(others, names.iloc[1:], strict=True):
            filled = (first != "") & (other != "")
            if name != names.iloc[0] and (first[filled] == other[filled]).mean() < _AGREEMENT:
                yield f"{names.iloc[0]} and {name} both have {slot} and differ"


def _list_slots(file: SourceFile) -> pd.Series:
    """Return what a participant has once: a visit or instance, a diary day, an image."""
    frame, keys = file.frame, file.keys
    if file.source == DIARY:
        return frame["entry_date"]
    if file.source == CAPILLAROSCOPY:
        return frame["image_id"] + " of reader " + frame["reader"]
    instance = ("#" + keys["instance"]).where(keys["instance"] != "", "")
    return (keys["visit"] + " " + frame[FORM] + instance).str.strip()


def find_twins(state: CleaningState) -> Iterator[Finding]:
    """Identifiers that look like another one: O for 0, l for 1."""
    rows = state.keys["participant"]
    looks = rows.map({name: fold_identifier(name) for name in rows.unique()})
    size = rows.groupby([looks, rows]).transform("size")
    names = rows.groupby(looks).nunique()
    for look in names.index[names > 1]:
        group = pd.DataFrame({"name": rows, "size": size})[looks == look]
        usual = group.sort_values(["size", "name"], ascending=[False, True])["name"].iloc[0]
        record = find_column(state.fields[REDCAP], "participants", "participant_id")
        for name, part in group[group["name"] != usual].groupby("name"):
            cells = [(row, record) for row in part.index]
            detail = f"It looks like {usual}."
            yield from find_together("identifier_twin", cells, group=str(name), detail=detail)


def fold_identifier(name: str) -> str:
    """Return what a reader sees of an identifier: equal for two that look alike."""
    plain = unicodedata.normalize("NFKC", name).casefold().translate(_ALIKE)
    prefix = plain.rstrip("0123456789oil")
    return prefix + plain[len(prefix) :].translate(_LOOKALIKES)


def find_absent_lists(state: CleaningState) -> Iterator[Finding]:
    """People without any medication on record, where nearly everybody else has some."""
    fields = list_columns(state.fields[REDCAP], "medications").values()
    status = next((f"{field.form}_complete" for field in fields), "")
    visits = list_form_rows(state, "visits").sort_values("visit_date", kind="stable")
    treated = visits["participant"].isin(state.days.index) & (status in state.cells)
    first = visits[treated].drop_duplicates("participant")
    listed = first["participant"].isin(list_form_rows(state, "medications")["participant"])
    if listed.mean() > NEARLY_ALL:
        yield Finding("list_absent", status, first.index[~listed])


def find_far_tests(state: CleaningState) -> Iterator[Finding]:
    """Laboratory tests many times as high, or as low, as the person's other ones: another unit."""
    fields = {field.place.item: field for field in state.list_items("laboratory")}
    for item, factor in state.study.queries.laboratory_ratio.value.items():
        if item in fields:
            name = fields[item].name
            numbers = state.convert_numbers([fields[item]])[name].dropna()
            spread = numbers.groupby(state.keys.loc[numbers.index, "participant"])
            far = spread.transform("max") > factor * spread.transform("min")
            for person, part in numbers[far].groupby(state.keys["participant"]):
                cells = [(str(row), name) for row in part.index]
                yield from find_together("laboratory_far", cells, group=f"{person} {item}")


def find_smoking(state: CleaningState) -> Iterator[Finding]:
    """Nobody who has smoked never smoked; who never did cannot be a former smoker at once.

    To begin smoking during the trial is possible.
    """
    visits = list_form_rows(state, "visits")
    history = list_form_rows(state, "participants")
    history = history[history["smoking"] != ""].drop_duplicates("participant")
    before = visits["participant"].map(history.set_index("participant")["smoking"])
    ever, now = before.isin(["former", "current"]), visits["smoking"]
    place = {visit.name: visit.day for visit in state.study.visits}
    treated = pd.to_numeric(visits["visit"].map(place)).fillna(0) > 0
    began = before.eq("never") & (now.eq("former") | (now.eq("current") & ~treated))
    smokes = now.isin(["former", "current"]).loc[treated.index]
    ordered = visits.assign(day=visits["visit"].map(place), smokes=smokes.astype(int))
    ordered = ordered.sort_values(["participant", "day"], kind="stable")
    earlier = ordered.groupby("participant")["smokes"].cummax().reindex(visits.index).eq(1)
    differs = ((ever | earlier) & now.eq("never")) | began
    recorded = history.reset_index(names="row").set_index("participant")["row"]
    for participant, part in visits[differs].groupby("participant"):
        cells = join_cells(state, part.index, "visits", ("smoking",))
        cells += join_cells(state, [recorded[participant]], "participants", ("smoking",))
        yield from find_together("smoking_disagrees", cells, group=str(participant))
