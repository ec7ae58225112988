"""Kinds of fault in a single cell: how people and programs write the answers of a form."""

import functools
import re
from datetime import date
from pathlib import Path

import yaml

from analysis.demo.planter import REDCAP
from analysis.demo.texts import full_width, serial_date
from stress.bench import Kind

PLAN = yaml.safe_load(Path(__file__).with_name("cells.yml").read_text(encoding="utf-8"))
WEEKDAYS = "월화수목금토일"
# Windows, the order of visits and the diary depend on the dates of these visits.
PIVOTAL = ("screening", "baseline", "procedure", "week_12")


def list_places(text):
    """Return the places that a text names: files and columns, or groups of them."""
    places, file = [], ""
    for word in text.split():
        if word in PLAN["groups"]:
            places += list_places(PLAN["groups"][word])
        elif word in PLAN["files"]:
            file = PLAN["files"][word]
        else:
            places.append((file, word))
    return places


FINGERS = tuple(name for _, name in list_places("fingers"))


def split_value(value):
    """Return the parts of a value from which the writers of cells.yml write it differently."""
    parts = {"v": value}
    if is_day(value[:10]):
        day = date.fromisoformat(value[:10])
        parts |= {"y": f"{day:%Y}", "yy": f"{day:%y}", "m": day.month, "d": day.day}
        parts |= {"name": f"{day:%b}", "mm": f"{day:%m}", "dd": f"{day:%d}", "date": value[:10]}
        parts |= {"weekday": WEEKDAYS[day.weekday()]}
    if re.fullmatch(r"(.* )?[0-9]{2}:[0-9]{2}", value):
        hour, minute = int(value[-5:-3]), value[-2:]
        parts |= {"time": value[-5:], "hour": hour, "minute": minute, "clock": (hour - 1) % 12 + 1}
        parts |= {"half": "오후" if hour >= 12 else "오전", "short": "PM" if hour >= 12 else "AM"}
    return parts


def is_unclear(value):
    return len(value) == 10 and int(value[8:]) <= 12 and value[5:7] != value[8:]


def is_day(value):
    return re.fullmatch(r"20[0-9]{2}-[0-9]{2}-[0-9]{2}", value) is not None


def is_short_decimal(value):
    return re.fullmatch(r"[0-9]+\.[0-9]{1,2}", value) is not None


def _tenth(value):
    return f"{float(value) / 10:.12g}"


def _write_date(value, rng):
    forms = PLAN["writers"]["clear_date"]
    # In the plain forms, day and month must be distinguishable, or be the same number.
    forms = forms if is_unclear(value) else forms + PLAN["writers"]["plain_date"]
    return rng.choice(forms).format(**split_value(value))


def _fill(forms):
    return lambda value, rng: rng.choice(forms).format(**split_value(value))


WRITERS = {name: _fill(forms) for name, forms in PLAN["writers"].items()} | {
    "wide": lambda value, rng: full_width(value),
    "comma": lambda value, rng: value.replace(".", ","),
    "tenth": lambda value, rng: _tenth(value),
    "half": lambda value, rng: f"{int(value)}.5",
    "other_date": _write_date,
    "serial": lambda value, rng: serial_date(value),
    "no_day": lambda value, rng: value[:4] + rng.choice(("-02-30", "-13-01", "-00-10", "-06-31")),
    "no_year": lambda value, rng: rng.choice(("2121", "1907")) + value[4:],
}
FITS = {
    "is_day": is_day,
    "is_digits": str.isdigit,
    "is_short_decimal": is_short_decimal,
    "is_unclear": is_unclear,
}


def plant_text(bench, places, write, clean, *, fits="", skip=False, reason=""):
    """Rewrite one cell in one of several places; `clean` is "same" or ""."""
    for file, name in bench.rng.sample(places, len(places)):
        skipped = PIVOTAL if skip and name == "visit_date" else ()
        place = bench.find_filled(file, name, FITS.get(fits), skip=skipped)
        if place is not None:
            break
    else:
        return None
    true = bench.read(file, place, name)
    text = bench.rng.choice(write) if isinstance(write, list) else write(true, bench.rng)
    holds = true if clean == "same" else ""
    return bench.spoil(file, place, name, text, clean=holds, reason=reason)


def plant_label(bench):
    where, labels = bench.rng.choice(list(PLAN["labels"].items()))
    ((file, name),) = list_places(where)
    place = bench.find_filled(file, name, lambda value: value in labels)
    if place is None:
        return None
    true = bench.read(file, place, name)
    return bench.spoil(file, place, name, bench.rng.choice(labels[true]), clean=true)


def plant_drift(bench, file):
    for person in bench.free:
        places = bench.find_rows(file, person)
        if places:
            number = int(person.removeprefix("SIM-"))
            forms = ("SIM-{}", "sim{:02d}", "SIM {:03d}", "{}", "sim_{}")
            spelled = bench.rng.choice(forms).format(number)
            if spelled == person:
                spelled = person.lower()
            place = bench.rng.choice(places)
            bench.write(file, place, record_id=spelled)
            return bench.make_fault(file, place, "record_id", person=person, clean=person)
    return None


def plant_outside(bench):
    where, texts = bench.rng.choice(list(PLAN["outside"].items()))
    return plant_text(bench, list_places(where), texts, "", reason="out_of_range")


def plant_unit(bench):
    units = PLAN["units"].items()
    places = [(place, texts) for where, texts in units for place in list_places(where)]
    place, texts = bench.rng.choice(places)
    return plant_text(bench, [place], lambda value, rng: value + rng.choice(texts), "same")


def plant_other_unit(bench):
    changes = (
        *((name, lambda value, rng: f"{_tenth(value)} cm") for name in FINGERS),
        ("height_cm", lambda value, rng: f"{int(value) / 100:.2f} m"),
    )
    name, write = bench.rng.choice(changes)
    return plant_text(bench, [(REDCAP, name)], write, "same")


PLANTS = {
    "labels": plant_label, "outside": plant_outside, "units": plant_unit,
    "other_units": plant_other_unit,
}  # fmt: skip
PLANTS |= {
    f"drift {word}": functools.partial(plant_drift, file=file)
    for word, file in PLAN["files"].items()
}


def _make_kind(name, rule, places, write=None, clean="", options=None):
    if places in PLANTS:
        return Kind(name, rule, PLANTS[places])
    write = write if isinstance(write, list) else WRITERS[write]
    plant = functools.partial(
        plant_text, places=list_places(places), write=write, clean=clean, **(options or {})
    )
    return Kind(name, rule, plant)


CELLS = tuple(_make_kind(*line) for line in PLAN["kinds"])
