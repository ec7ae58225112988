"""Corrupt cells and rows of an export, in each person at most once."""

import functools
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta

from analysis.demo.export import make_export
from analysis.demo.planter import REDCAP, Planter

DICTIONARY, MAP, CORRECTIONS = "redcap_dictionary.csv", "fields.csv", "corrections.csv"
ABOUT = "provenance.yml"
KEPT = "kept"
EVENT = "redcap_event_name"
FORM, INSTANCE = "redcap_repeat_instrument", "redcap_repeat_instance"


@dataclass(frozen=True)
class Fault:
    file: str
    row: str  # the key as received
    field: str  # "" for a whole row
    participant: str
    visit: str  # with the participant: whom a query has to name, and when
    clean: str | None = None  # the text of the cell afterwards; None is not checked
    reason: str = ""  # why the cell is missing afterwards; "" is not checked
    also: tuple[str, ...] = ()  # other rules that rightly ask about this person
    kind: str = ""
    rule: str = ""  # the rule that has to find it


@dataclass(frozen=True)
class Kind:
    """A kind of fault: its name, the rule that has to find it, and how it is planted.

    `plant` takes the bench and returns a Fault (without `kind` and `rule`), or None if the export
    has no place for it.
    """

    name: str
    rule: str
    plant: Callable
    also: tuple[str, ...] = ()


@functools.cache
def make_base(size, seed):
    """Return the tables of an export without faults; not to be changed."""
    return make_export(size, seed, faults="none")


class Bench(Planter):
    """An export that is being corrupted; the tables of the valid one are copied."""

    def __init__(self, tables, rng):
        super().__init__(tables)
        self.rng = rng
        people = self.tables[REDCAP]["record_id"].unique()
        self.free = [str(name) for name in people if not str(name).startswith("SIM-S")]
        self.rng.shuffle(self.free)
        self.faults = []

    def plant(self, kind):
        """Plant a fault of a kind in somebody who has none; return True if there was a place."""
        fault = kind.plant(self)
        if fault is None:
            return False
        if fault.participant in self.free:
            self.free.remove(fault.participant)
        also = (*kind.also, *fault.also)
        self.faults.append(replace(fault, kind=kind.name, rule=kind.rule, also=also))
        return True

    def find_start(self, person, days=0):
        """Return the day of a person's procedure, or one so many days after it."""
        place = self.find_row(person, "procedure")
        return shift_day(self.read(REDCAP, place, "anaesthesia_start"), days)

    def pick_visit(self, visit, fits=lambda place: True):
        places = (self.find_row(person, visit) for person in self.free)
        return next(filter(fits, places), None)

    def fill(self, file, place, person, texts):
        """Write texts into the cells of a row; some texts depend on the present content."""
        row = self.tables[file].loc[place].copy()
        for name, text in texts.items():
            cell = text(row, self.find_start(person)) if callable(text) else text
            self.write(file, place, **{name: cell})

    def find_filled(self, file, name, fits=None, visits=(), skip=()):
        """Return the place of a filled cell of somebody free; None if there is none.

        `fits` is the text of the cell, or a function that returns True if a text will do.
        """
        if isinstance(fits, str):
            fits = fits.__eq__
        table = self.tables[file]
        for person in self.free:
            places = [
                int(place)
                for place in self.places[file].get(person, ())
                if table.at[place, name] != ""
                and (fits is None or fits(table.at[place, name]))
                and (not visits or self.find_visit(file, place) in visits)
                and self.find_visit(file, place) not in skip
            ]
            if places:
                return self.rng.choice(places)
        return None

    def make_fault(self, file, place, name, *, person=None, row=None, **more):
        """Return the fault of a cell in its present place."""
        cell = self.describe(file, place, name)
        row = cell["row"] if row is None else row
        person = cell["participant"] if person is None else person
        return Fault(file, row, name, person, cell["visit"], **more)

    def spoil(self, file, place, name, text, **more):
        person = self.read(file, place, "record_id")
        self.write(file, place, **{name: text})
        return self.make_fault(file, place, name, person=person, **more)


def shift_day(day, days):
    return str(date.fromisoformat(day[:10]) + timedelta(days=days))


# Texts that depend on the content of the row, and on the day of the person's procedure.
def later(name, days):
    """Return a text: the day of a cell, moved."""
    return lambda row, start: shift_day(row[name], days)


def after(days):
    """Return a text: the day so many days after the procedure."""
    return lambda row, start: shift_day(start, days)


def other(name, *texts):
    """Return a text: the first one that differs from the cell's."""
    return lambda row, start: next(text for text in texts if text != row[name])


def any_of(*plants):
    """Return a planter that uses one of several planters at random."""
    return lambda bench: bench.rng.choice(plants)(bench)


def cells(at, visit="", *, file=REDCAP, where="", fits=None, skip=(), clean=None, reason="",
          also=(), **texts):  # fmt: skip
    """Return a planter that writes texts into cells of one row of somebody free.

    In the row, the cell `where` (by default `at`) is filled and fits. The fault shows in the cell
    `at`; "" for the whole row. If `clean` is KEPT, that cell has to stay as written.
    """

    def plant(bench):
        place = bench.find_filled(file, where or at, fits, visit and (visit,), skip)
        if place is None:
            return None
        person = bench.read(file, place, "record_id")
        bench.fill(file, place, person, texts)
        holds = bench.read(file, place, at) if clean is KEPT else clean
        more = {"clean": holds, "reason": reason, "also": also}
        return bench.make_fault(file, place, at, person=person, **more)

    return plant


def event(at, **texts):
    """Return a planter that writes texts into an adverse event of somebody free."""
    return cells(at, where="ae_term", **texts)


def among(fits, plant):
    """Return a planter that chooses among the people of whom a condition holds."""

    def run(bench):
        free, bench.free = bench.free, [name for name in bench.free if fits(bench, name)]
        try:
            return plant(bench) if bench.free else None
        finally:
            bench.free = free

    return run


def repeat_form(form, at, **texts):
    """Return a planter that adds a row of a form under another number, with some other texts."""

    def plant(bench):
        place = bench.find_filled(REDCAP, FORM, form)
        copy = bench.add(REDCAP, place, **{INSTANCE: "17"})
        bench.fill(REDCAP, copy, bench.read(REDCAP, place, "record_id"), texts)
        first = min(place, copy, key=lambda p: f"#{bench.read(REDCAP, p, INSTANCE)}")
        return bench.make_fault(REDCAP, copy if texts else first, at)

    return plant


def repeat(file, *visits, **texts):
    """Return a planter that adds a row again, with other texts in some of its cells."""

    def plant(bench):
        place = bench.find_filled(file, "visit_date" if visits else "record_id", None, visits)
        person = bench.read(file, place, "record_id")
        copy = bench.add(file, place)
        bench.fill(file, copy, person, texts)
        return bench.make_fault(file, copy, "")

    return plant
