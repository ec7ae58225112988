"""Plant faults of known kinds at random places of a valid export, and say what must be found."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from analysis.cleaning.clean import describe_fields
from analysis.cleaning.export import CAPILLAROSCOPY, DIARY, REDCAP, Export
from analysis.demo.export import make_export
from analysis.demo.faults.plant import row_keys
from analysis.provenance import Provenance


@dataclass(frozen=True)
class Planted:
    """One fault: the rule that must find it, and the cell (no field: the row)."""

    rule: str
    participant: str
    source: str
    row: str
    field: str


def make_valid_export(participants, seed):
    """Return an export without faults, as `read_export` would read it."""
    made = make_export(participants, seed, faults="none")
    told = Provenance("valid", made.provenance["exported_on"], "test", True, "absent")
    tables = {name: table.astype("str") for name, table in made.tables.items()}
    return Export("valid", tables, dict.fromkeys(tables, "utf-8-sig"), {}, told)


class Vandal:
    """Corrupts an export; every method of `KINDS` plants one fault or finds no place for it."""

    def __init__(self, export, rng):
        self.tables = {name: table.copy() for name, table in export.tables.items()}
        self.fields = describe_fields(export)
        self.export, self.rng, self.planted, self.touched = export, rng, [], set()

    def finish(self):
        """Return the corrupted export."""
        return replace(self.export, tables=self.tables)

    def plant(self, kind):
        """Plant one fault of a kind; return whether there was a place for it."""
        return KINDS[kind](self, kind)

    def cells(self, kinds, where=lambda field: True, source=REDCAP):
        """Return all filled cells of fields of some kinds, as (row position, field)."""
        table = self.tables[source]
        told = [f for f in self.fields[source].values() if f.kind in kinds and where(f)]
        return [
            (place, field)
            for field in told
            if field.name != "record_id"
            for place in np.flatnonzero((table[field.name] != "").to_numpy())
            if not {(source, place, field.name), (source, place, "")} & self.touched
        ]

    def rewrite(self, kind, kinds, write, *, where=lambda field: True, source=REDCAP):
        """Rewrite one random cell that `write` has another text for."""
        cells = self.cells(kinds, where, source)
        for pick in self.rng.permutation(len(cells))[:20]:
            place, field = cells[pick]
            old = self.tables[source].at[place, field.name]
            new = write(old, field)
            if new is not None and new != old:
                self.tables[source].at[place, field.name] = new
                self.note(kind, source, place, field.name)
                return True
        return False

    def note(self, rule, source, place, field):
        """Remember a fault under the key that its row has now."""
        table = self.tables[source]
        key = row_keys(table.loc[[place]], source)[0]
        self.touched.add((source, place, field))
        self.planted.append(Planted(rule, table.at[place, "record_id"], source, key, field))

    def rows(self, source=REDCAP, **equal):
        """Return the positions of rows with these cells."""
        table = self.tables[source]
        mask = np.ones(len(table), dtype=bool)
        for name, value in equal.items():
            mask &= (table[name] == value).to_numpy()
        return np.flatnonzero(mask)

    def one(self, places):
        """Return one of some positions at random, or None."""
        return int(self.rng.choice(places)) if len(places) else None


def _numbers(write, kinds=("number", "integer"), where=lambda field: True):
    return lambda vandal, kind: vandal.rewrite(kind, kinds, write, where=where)


def _wide(text, field):
    return "".join(chr(ord(sign) + 0xFEE0) if sign.isdigit() else sign for sign in text)


def _beyond(text, field):
    return str(int(field.high * 20 + 7)) if field.high else None


def _label(text, field):
    label = dict(field.choices)[text]
    return label.upper() if label.casefold() not in dict(field.choices) else None


def _korean(text, field):
    year, month, day = text[:10].split("-")
    return f"{year}년 {int(month)}월 {int(day)}일"


def _serial(text, field):
    days = (pd.Timestamp(text) - pd.Timestamp("1899-12-30")).days
    return str(days) if 30000 <= days < 60000 else None


def _two_digits(text, field):
    return text[2:].replace("-", ".") if text.startswith("20") else None


def _ambiguous(text, field):
    year, month, day = text.split("-")
    return f"{month}/{day}/{year}" if int(day) <= 12 and day != month else None


def _tenth(text, field):
    return f"{int(text) / 10:g}"


def _comma(text, field):
    return text.replace(".", ",") if len(text.partition(".")[2]) in (1, 2) else None


def _with_unit(text, field):
    return f"{text} {field.place.unit}" if field.place.unit in ("mm", "cm", "kg", "mL") else None


def _in_centimetres(text, field):
    return f"{_tenth(text, field)} cm" if field.place.unit == "mm" and text.isdigit() else None


def _half_more(text, field):
    inside = field.low is not None and field.low <= int(text) < field.high
    return f"{text}.5" if inside else None


def _negative(text, field):
    return "-99" if field.low is not None and field.low >= 0 else None


def _other_total(text, field):
    return str(int(text) + 1 if int(text) < field.high else int(text) - 1)


def _dates(write, kinds=("date", "partial_date")):
    return lambda vandal, kind: vandal.rewrite(
        kind, kinds, lambda text, field: write(text, field) if len(text) == 10 else None
    )


def _spell_identifier(vandal, kind):
    source = (REDCAP, DIARY, CAPILLAROSCOPY)[vandal.rng.integers(3)]
    table = vandal.tables[source]
    place = vandal.one(np.flatnonzero(table["record_id"].str.fullmatch(r"SIM-\d+").to_numpy()))
    if place is None:
        return False
    number = int(table.at[place, "record_id"][4:])
    table.at[place, "record_id"] = ("sim{}", "SIM {}", "sim-{:03d}")[vandal.rng.integers(3)].format(
        number
    )
    vandal.note(kind, source, place, "record_id")
    return True


def _copy_row(vandal, kind, *, shift=0, source=REDCAP, cells=None, where=None):
    table = vandal.tables[source]
    places = (
        vandal.rows(redcap_event_name="week_4_arm_1", redcap_repeat_instrument="")
        if source == REDCAP
        else np.arange(len(table))
    )
    place = vandal.one([p for p in places if not any(t[:2] == (source, p) for t in vandal.touched)])
    if place is None:
        return False
    row = table.loc[place].copy()
    if shift:
        row["visit_date"] = str((pd.Timestamp(row["visit_date"]) + pd.Timedelta(days=shift)).date())
    for name, value in (cells or {}).items():
        row[name] = value(row) if callable(value) else value
    vandal.tables[source] = pd.concat([table, row.to_frame().T], ignore_index=True)
    vandal.touched |= {(source, place, ""), (source, len(table), "")}
    vandal.note(kind, source, place, "")
    return True


def _drop_visit(vandal, kind):
    place = vandal.one(vandal.rows(redcap_event_name="week_1_arm_1", redcap_repeat_instrument=""))
    if place is None:
        return False
    vandal.note(kind, REDCAP, place, "")
    table = vandal.tables[REDCAP].drop(index=place).reset_index(drop=True)
    vandal.tables[REDCAP] = table
    # Positions have moved: no later fault may rely on those of earlier ones.
    vandal.touched = {touched for touched in vandal.touched if touched[0] != REDCAP}
    return True


def _blank(vandal, kind):
    return vandal.rewrite(
        kind, ("choice", "integer", "date", "text"), lambda *_: "", where=lambda f: f.required
    )


def _total(vandal, kind):
    return vandal.rewrite(
        kind, ("integer",), _other_total, where=lambda field: field.place.item == "recorded_total"
    )


def _rate_again(vandal, kind):
    cells = {"entry_time": "23:59", "rating": lambda row: str(9 - int(row["rating"]) // 2)}
    return _copy_row(vandal, kind, source=DIARY, cells=cells)


def _read_again(vandal, kind):
    cells = {"density": lambda row: str((int(row["density"]) + 1) % 10)}
    return _copy_row(vandal, kind, source=CAPILLAROSCOPY, cells=cells)


def _swap_sides(vandal, kind):
    table = vandal.tables[REDCAP]
    base = table[table["redcap_event_name"] == "baseline_arm_1"].set_index("record_id")
    names = [f"circ_{side}{finger}" for side in "rl" for finger in range(2, 6)]
    fit = []
    for place in vandal.rows(redcap_event_name="week_12_arm_1", redcap_repeat_instrument=""):
        row, record = table.loc[place], table.at[place, "record_id"]
        if record not in base.index or base.index.duplicated().any() or "" in set(row[names]):
            continue
        apart = [
            [int(told[f"circ_r{n}"]) - int(told[f"circ_l{n}"]) for n in range(2, 6)]
            for told in (row, base.loc[record])
        ]
        now, before = np.array(apart)
        turned = np.abs(now + before).sum()
        if turned - np.abs(now - before).sum() >= 8 and np.abs(now - before).sum() <= 0.4 * turned:
            fit.append(place)
    place = vandal.one([p for p in fit if not any(t[:2] == (REDCAP, p) for t in vandal.touched)])
    if place is None:
        return False
    for finger in range(2, 6):
        one, other = f"circ_r{finger}", f"circ_l{finger}"
        table.loc[place, [one, other]] = table.loc[place, [other, one]].to_numpy()
    vandal.note(kind, REDCAP, place, "circ_r2")
    vandal.touched.update((REDCAP, place, name) for name in names)
    return True


def _stray_entry(vandal, kind):
    if not _copy_row(vandal, kind, source=DIARY, cells={"entry_date": "2020-06-01"}):
        return False
    vandal.planted.pop()
    vandal.note(kind, DIARY, len(vandal.tables[DIARY]) - 1, "entry_date")
    return True


KINDS = {
    "full_width": _numbers(_wide),
    "surrounding_space": _numbers(lambda text, f: f" {text}\u00a0", ("number", "choice", "date")),
    "decimal_comma": _numbers(_comma),
    "unit_in_cell": _numbers(_with_unit),
    "unit_converted": _numbers(_in_centimetres),
    "missing_code": _numbers(lambda text, f: "미시행", ("number", "integer", "choice", "date")),
    "missing_number": _numbers(_negative),
    "qualifier": _numbers(lambda text, f: f"<{text}"),
    "thousands_or_decimal": _numbers(lambda text, f: "1,200"),
    "excel_date": _numbers(lambda text, f: "03-May", ("number", "integer", "choice")),
    "not_a_number": _numbers(lambda text, f: "about so"),
    "not_an_integer": _numbers(_half_more, ("integer",)),
    "out_of_range": _numbers(_beyond),
    "unknown_code": _numbers(lambda text, f: "77", ("choice",)),
    "label_for_code": _numbers(_label, ("choice",), lambda f: f.name != "ae_grade"),
    "centimetres": _numbers(_tenth, where=lambda f: f.place.instrument == "finger_circumference"),
    "date_format": _dates(_korean),
    "serial_date": _dates(_serial),
    "two_digit_year": _dates(_two_digits),
    "day_or_month": _dates(_ambiguous),
    "impossible_date": _dates(lambda text, f: text[:5] + "02-30"),
    "implausible_date": _dates(lambda text, f: "2" + "1" + text[2:], ("date",)),
    "not_a_date": _dates(lambda text, f: "next week"),
    "identifier_spelling": _spell_identifier,
    "duplicate_copy": lambda v, kind: _copy_row(v, kind),
    "duplicate_row": lambda v, kind: _copy_row(v, kind, shift=3),
    "diary_day_repeated": _rate_again,
    "diary_out_of_window": _stray_entry,
    "reading_repeated": _read_again,
    "visit_absent": _drop_visit,
    "required_missing": _blank,
    "total_differs": _total,
    "sides_swapped": _swap_sides,
}  # fmt: skip


def is_found(fault, cleaned):
    """Say whether a fault is in one of the books: its rule, at its cell, row or visit."""
    changes, queries = cleaned.changes, cleaned.queries
    named = changes["rule"].str.split(";").map(lambda rules: fault.rule in rules)
    key = changes["row"].str.replace(r"~\d+$", "", regex=True) == fault.row
    if (
        named & key & (changes["source"] == fault.source) & (changes["field"] == fault.field)
    ).any():
        return True
    asked = queries[(queries["rule"] == fault.rule) & (queries["field"] == fault.field)]
    digits = fault.participant.lower().removeprefix("sim").strip(" -").lstrip("0")
    return asked["participant_id"].str.removeprefix("SIM-").str.lstrip("0").eq(digits).any()
