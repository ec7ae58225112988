"""Where an export is corrupted: cells and rows of people, each person at most once."""

import functools
from collections.abc import Callable
from dataclasses import dataclass, replace

from analysis.demo.export import make_export
from analysis.demo.planter import REDCAP, Planter

DICTIONARY, MAP, CORRECTIONS = "redcap_dictionary.csv", "fields.csv", "corrections.csv"
ABOUT = "provenance.yml"
EVENT = "redcap_event_name"
FORM, INSTANCE = "redcap_repeat_instrument", "redcap_repeat_instance"


@dataclass(frozen=True)
class Fault:
    """One planted fault and what the cleaning has to make of it.

    Parameters
    ----------
    file, row, field
        Where; `row` is the key as received, `field` is "" for a whole row.
    participant, visit
        Whom a query has to name.
    clean
        What the cell has to hold afterwards; None is not looked at.
    reason
        Why the cell is missing afterwards; "" is not looked at.
    also
        Rules that rightly ask about this person besides.
    kind, rule
        Name of its kind, and the rule that has to find it.
    """

    file: str
    row: str
    field: str
    participant: str
    visit: str
    clean: str | None = None
    reason: str = ""
    also: tuple[str, ...] = ()
    kind: str = ""
    rule: str = ""


@dataclass(frozen=True)
class Kind:
    """A kind of fault: its name, the rule that has to find it, and how it is planted.

    `plant` takes the bench and returns a Fault (`kind` and `rule` are put in), or None where the
    export has no place for it.
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
    """An export that is being corrupted.

    Parameters
    ----------
    tables : dict of pandas.DataFrame
        Of a valid export; copied.
    rng : random.Random
    """

    def __init__(self, tables, rng):
        super().__init__(tables)
        self.rng = rng
        people = self.tables[REDCAP]["record_id"].unique()
        self.free = [str(name) for name in people if not str(name).startswith("SIM-S")]
        self.rng.shuffle(self.free)
        self.faults = []

    def plant(self, kind):
        """Plant one fault of a kind in somebody who has none yet; return whether there was one."""
        fault = kind.plant(self)
        if fault is None:
            return False
        self.free.remove(fault.participant)
        also = (*kind.also, *fault.also)
        self.faults.append(replace(fault, kind=kind.name, rule=kind.rule, also=also))
        return True

    def find_filled(self, file, name, fits=None, visits=None, skip=()):
        """Return the place of a filled cell of somebody free; None if there is none."""
        table = self.tables[file]
        for person in self.free:
            places = [
                int(place)
                for place in self.places[file].get(person, ())
                if table.at[place, name] != ""
                and (fits is None or fits(table.at[place, name]))
                and (visits is None or self.find_visit(file, place) in visits)
                and self.find_visit(file, place) not in skip
            ]
            if places:
                return self.rng.choice(places)
        return None

    def make_fault(self, file, place, name, *, person=None, row=None, **more):
        """Return the fault of a cell as it lies there now."""
        cell = self.describe(file, place, name)
        return Fault(
            file,
            cell["row"] if row is None else row,
            name,
            cell["participant"] if person is None else person,
            cell["visit"],
            **more,
        )

    def spoil(self, file, place, name, text, **more):
        """Put a text into a cell and return the fault."""
        person = self.read(file, place, "record_id")
        self.write(file, place, **{name: text})
        return self.make_fault(file, place, name, person=person, **more)
