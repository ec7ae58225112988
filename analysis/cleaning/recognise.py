"""Guess where the fields of another site go, by name, label, choices and limits.

A guess is a proposal with its reason. It is never confirmed here, and no value is looked at.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import pandas as pd

from analysis.cleaning.dictionary import parse_dictionary
from analysis.cleaning.fields import Field, Place, list_values
from analysis.cleaning.mapping import ANY_TICKED, parse_places
from analysis.instruments.catalogue import INSTRUMENTS, find_item, find_range
from analysis.study import Scoring
from analysis.visits import Visit

# Labels are alike from this share of common words on.
ALIKE = 0.6
# Choices beyond the levels of an item may be reasons for a missing value.
MORE_CHOICES = 2
# Devices that the form of the HAQ names, by the category that they belong to.
DEVICES = {
    "walking": ("cane", "walker", "crutches", "wheelchair"),
    "dressing": ("devices used for dressing", "dressing devices"),
    "eating": ("built up or special utensils", "special utensils"),
    "arising": ("special or built up chair", "special chair"),
    "hygiene": ("raised toilet seat", "bathtub seat", "bathtub bar"),
    "reach": ("long handled appliances for reach", "reacher"),
    "grip": ("jar opener", "jar opener for jars previously opened"),
}
# What other projects record in place of a column of the shipped export, by the column.
USUAL = (
    ("birth_year", "dob", "Date of birth"),
    ("birth_year", "birthdate", "Birth date"),
    ("sex", "gender", "Gender"),
    ("age", "age", "Age (years)"),
    ("height_cm", "height", "Height (cm)"),
    ("weight_kg", "weight", "Weight (kilograms)"),
)
# How a project without events ends the names of the fields of a visit.
SHORT_ROLES = {
    "screening": ("scr", "screen"),
    "baseline": ("bl", "base", "pre"),
    "procedure": ("proc", "op", "d0"),
}
_SAME_WORD = {"rt": "right", "lt": "left", "r": "right", "l": "left", "shampoo": "hair"}
_NO_WORD = {"a", "an", "and", "of", "or", "the", "in", "at", "on", "to", "s", "your", "you", "are"}
# Every form has one: a label says nothing by these alone.
_ANY_FORM = {"date", "time", "comments"}


# The place of a field, None where none was found, and why.
Guess = tuple[Place | None, str]


@dataclass(frozen=True)
class MapTarget:
    """A place that a field may go to, with a name and a label that a field has there."""

    place: Place
    name: str
    label: str


def list_targets(
    places: pd.DataFrame, dictionary: pd.DataFrame, scoring: Scoring
) -> tuple[MapTarget, ...]:
    """Return every known place: of the shipped export, the library, devices, other projects.

    Parameters
    ----------
    places, dictionary
        fields.csv and redcap_dictionary.csv of the shipped export.
    scoring
        Settings that bound items.
    """
    known, fields = parse_places(places), parse_dictionary(dictionary, {}, scoring)
    shipped = [
        MapTarget(_keep_target(place), name, fields[name].label if name in fields else "")
        for name, place in known.items()
    ]
    units = {(t.place.instrument, t.place.item): t.place.unit for t in shipped}
    library = [
        MapTarget(
            Place(
                instrument=each.name,
                item=item.name,
                location=location,
                unit=item.unit or units.get((each.name, item.name), ""),
            ),
            "",
            f"{item.label} {location}",
        )
        for each in INSTRUMENTS
        for item in each.items
        for location in item.locations
        if not item.text
    ]
    devices = [
        MapTarget(Place(instrument="haq", item=f"aid_{category}", rule=ANY_TICKED), "", label)
        for category, labels in DEVICES.items()
        for label in labels
    ]
    held = {target.place.column: target.place for target in shipped}
    usual = [
        MapTarget(held.get(column, Place("participants", column)), name, label)
        for column, name, label in USUAL
    ]
    return (*shipped, *library, *devices, *usual)


def _keep_target(place: Place) -> Place:
    return replace(place, values="", codes="", best="", worst="", confirmed_by="")


def recognise_fields(
    fields: Mapping[str, Field], targets: Sequence[MapTarget], scoring: Scoring
) -> dict[str, Guess]:
    """Return the place that each field most likely has, and why, or why none was found.

    Of several places that fit, one is taken where most of the field's form goes there.

    Parameters
    ----------
    fields
        Of the site's dictionary by name, without places and without the visit in their names.
    targets
        As `list_targets` returns.
    scoring
        Settings that bound items.
    """
    first = {name: _recognise_field(field, targets, scoring) for name, field in fields.items()}
    found = [(field.form, first[name][0]) for name, field in fields.items()]
    sources = Counter((form, _name_source(place)) for form, place in found if place)
    usual: dict[str, str] = {}
    for (form, source), _ in sources.most_common():
        usual.setdefault(form, source)
    return {
        name: first[name]
        if first[name][0]
        else _recognise_field(field, targets, scoring, source=usual.get(field.form, ""))
        for name, field in fields.items()
    }


def _recognise_field(
    field: Field, targets: Sequence[MapTarget], scoring: Scoring, *, source: str = ""
) -> Guess:
    named = [t for t in targets if t.name and _plain(t.name) == _plain(field.name)]
    alike = [(share, t) for t in targets if (share := _compare(field.label, t.label)) >= ALIKE]
    most = max((share for share, _ in alike), default=0)
    best = [target for share, target in alike if share == most]
    for candidates, reason in ((named, "its name"), (best, f"its label {_show(field.label)}")):
        fitting = {t.place: t for t in candidates if not _find_misfit(field, t.place, scoring)}
        exact = [place for place in fitting if _has_all_levels(field, place)]
        beside = [place for place in fitting if _name_source(place) == source]
        for chosen, more in ((list(fitting), ""), (exact, ""), (beside, " and its form")):
            if len(chosen) == 1:
                return chosen[0], f"by {reason}{more}"
        if fitting:
            return None, f"by {reason} it may be {' or '.join(map(_name_place, fitting))}"
    misfits = [(t, _find_misfit(field, t.place, scoring)) for t in (*named, *best)]
    if misfits:
        target, misfit = misfits[0]
        return None, f"it looks like {_name_place(target.place)}, but {misfit}"
    return None, "no known field has such a name or label"


def _name_source(place: Place) -> str:
    return place.instrument or place.table


def find_visit(field: Field, visits: Iterable[Visit]) -> tuple[Field, str]:
    """Return a field without the visit that its name ends with (``_bl``, ``_w12``), and the visit.

    Both are as received, with "" for the visit, where the name ends otherwise.
    """
    for visit in visits:
        words = [word for word in re.split(r"[_ ]", visit.name.casefold()) if word]
        number = words[-1] if words[-1].isdigit() else ""
        short = [f"{words[0][0]}{number}", f"{words[0][:2]}{number}"] if number else []
        ends = {"".join(words), "_".join(words), *short, *SHORT_ROLES.get(visit.role, ())}
        for end in sorted(ends, key=len, reverse=True):
            base, mark, code = field.name.partition("___")
            if base.endswith(f"_{end}"):
                phrases = "|".join(map(re.escape, (visit.label, " ".join(words), end)))
                label = re.sub(rf"(?i)\W*\b(?:{phrases})\b\W*", " ", field.label)
                name = base.removesuffix(f"_{end}") + mark + code
                return replace(field, name=name, label=label), visit.name
    return field, ""


def _find_misfit(field: Field, place: Place, scoring: Scoring) -> str:
    """Return why a field cannot go to a place, "" if it can."""
    item = find_item(place.instrument, place.item)
    if item is None:
        return _find_type_misfit(field, place)
    low, high = find_range(place.instrument, place.item, scoring)
    if item.text or low is None or high is None:
        return ""
    levels = high - low + 1
    if field.kind in ("choice", "checkbox") and item.integer:
        count = len(field.choices)
        if not levels <= count <= levels + MORE_CHOICES:
            return f"it has {count} choices and not {levels:g}"
    elif item.integer and field.low is not None and field.high is not None:
        if field.high - field.low > high - low:
            return f"it goes from {field.low:g} to {field.high:g}"
    elif field.kind in ("date", "datetime", "time", "choice", "checkbox"):
        return f"it is a {field.kind} and no number"
    return ""


def _has_all_levels(field: Field, place: Place) -> bool:
    """Return whether a field has a choice for every level of an item, and no other."""
    item = find_item(place.instrument, place.item)
    if item is None or item.low is None or not isinstance(item.high, float | int):
        return False
    return len(field.choices) == item.high - item.low + 1


def _find_type_misfit(field: Field, place: Place) -> str:
    values = list_values(place.table, place.column)
    if values and field.kind not in ("choice", "checkbox"):
        return "it has no choices"
    if values and len(field.choices) > len(values) + MORE_CHOICES:
        return f"it has {len(field.choices)} choices and not {len(values)}"
    if place.column.endswith("_date") and field.kind not in ("date", "partial_date", "text"):
        return "it is no date"
    return ""


def _compare(first: str, second: str) -> float:
    """Return the share of common words of two labels."""
    one, other = _split(first), _split(second)
    return len(one & other) / len(one | other) if one & other - _ANY_FORM else 0


def _split(label: str) -> frozenset[str]:
    words = re.findall(r"\w+", re.sub(r"<[^>]*>", " ", label).replace("_", " ").casefold())
    return frozenset(_SAME_WORD.get(word, word) for word in words) - _NO_WORD


def _plain(name: str) -> str:
    return re.sub(r"(?<=[a-z])0+(?=[0-9])", "", re.sub(r"[^a-z0-9]", "", name.casefold()))


def _show(label: str) -> str:
    return repr(" ".join(re.sub(r"<[^>]*>", " ", label).split())[:60])


def _name_place(place: Place) -> str:
    parts = (place.instrument, place.item, place.location, place.table, place.column)
    return "/".join(filter(None, parts))


def list_units(dictionary: pd.DataFrame) -> Iterator[tuple[str, str]]:
    """Yield fields of a dictionary with what may be the unit: the note, or the end of the label."""
    notes = dictionary.reindex(columns=["Field Note"], fill_value="")["Field Note"]
    ends = dictionary["Field Label"].str.extract(r"\(([^()]+)\)\W*$")[0].fillna("")
    yield from zip(dictionary["Variable / Field Name"], notes.where(notes != "", ends), strict=True)
