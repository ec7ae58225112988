"""Where an export is corrupted: cells and rows of people, each person at most once."""

import functools
import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import pandas as pd

from analysis.demo.export import make_export
from analysis.demo.faults.plant import row_keys

REDCAP, DIARY, IMAGES = "redcap_export.csv", "raynaud_diary.csv", "capillaroscopy.csv"
DICTIONARY, MAP, CORRECTIONS = "redcap_dictionary.csv", "fields.csv", "corrections.csv"
ABOUT = "provenance.yml"
EVENT = "redcap_event_name"
FORM, INSTANCE = "redcap_repeat_instrument", "redcap_repeat_instance"


@dataclass(frozen=True)
class Fault:
    """One planted fault and what the cleaning has to make of it.

    Parameters
    ----------
    kind
        Name of the kind in the catalogue.
    rule
        Rule that has to find it.
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
    """

    kind: str
    rule: str
    file: str
    row: str
    field: str
    participant: str
    visit: str
    clean: str | None = None
    reason: str = ""
    also: tuple[str, ...] = ()


@dataclass(frozen=True)
class Kind:
    """A kind of fault: its name, the rule that has to find it, and how it is planted.

    `plant` returns a Fault (without `kind` and `rule`, which are put in), or None where the export
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


@dataclass
class Bench:
    """An export that is being corrupted.

    Parameters
    ----------
    tables
        Of a valid export; copied.
    rng : random.Random
    """

    tables: dict[str, pd.DataFrame]
    rng: random.Random
    free: list[str] = field(init=False)
    faults: list[Fault] = field(init=False, default_factory=list)

    def __post_init__(self):
        self.tables = {name: table.copy() for name, table in self.tables.items()}
        people = self.tables[REDCAP]["record_id"].unique()
        self.free = [str(name) for name in people if not str(name).startswith("SIM-S")]
        self.rng.shuffle(self.free)
        self._rows = {
            file: self.tables[file].groupby("record_id").indices for file in (REDCAP, DIARY, IMAGES)
        }

    def plant(self, kind):
        """Plant one fault of a kind in somebody who has none yet; return whether there was one."""
        told = kind.plant(self)
        if told is None:
            return False
        self.free.remove(told.participant)
        fault = replace(told, kind=kind.name, rule=kind.rule, also=(*kind.also, *told.also))
        self.faults.append(fault)
        return True

    def rows(self, file, person, *, visit=None, form=""):
        """Return the places of a person's rows, in the REDCap export those of a visit and form."""
        table = self.tables[file]
        places = [int(place) for place in self._rows[file].get(person, ())]
        if file == REDCAP:
            places = [place for place in places if table.at[place, FORM] == form]
        if visit is not None:
            places = [place for place in places if self.visit(file, place) == visit]
        return places

    def row(self, person, visit):
        """Return the place of a person's visit in the REDCap export, None if there is none."""
        places = self.rows(REDCAP, person, visit=visit)
        return places[0] if places else None

    def filled(self, file, name, fits=None, visits=None, skip=()):
        """Return the place of a filled cell of somebody free; None if there is none."""
        table = self.tables[file]
        for person in self.free:
            places = [
                int(place)
                for place in self._rows[file].get(person, ())
                if table.at[place, name] != ""
                and (fits is None or fits(table.at[place, name]))
                and (visits is None or self.visit(file, place) in visits)
                and self.visit(file, place) not in skip
            ]
            if places:
                return self.rng.choice(places)
        return None

    def read(self, file, place, name):
        """Return what a cell holds."""
        return self.tables[file].at[place, name]

    def write(self, file, place, **cells):
        """Put texts into cells."""
        for name, text in cells.items():
            self.tables[file].at[place, name] = text

    def visit(self, file, place):
        """Return the visit of a row; the diary has none."""
        if file == DIARY:
            return ""
        name = EVENT if file == REDCAP else "event"
        return self.tables[file].at[place, name].removesuffix("_arm_1")

    def tell(self, file, place, name, *, person=None, row=None, **more):
        """Describe the fault of a cell as it lies there now."""
        table = self.tables[file]
        return Fault(
            "",
            "",
            file,
            row_keys(table.loc[[place]], file)[0] if row is None else row,
            name,
            table.at[place, "record_id"] if person is None else person,
            self.visit(file, place),
            **more,
        )

    def change(self, file, place, name, text, **more):
        """Put a text into a cell and describe the fault."""
        person = self.read(file, place, "record_id")
        self.write(file, place, **{name: text})
        return self.tell(file, place, name, person=person, **more)

    def add(self, file, like, **cells):
        """Add a copy of a row with other cells, and return its place."""
        table = self.tables[file]
        place = len(table)
        table.loc[place] = table.loc[like]
        self.write(file, place, **cells)
        return place

    def remove(self, file, place):
        """Take a row out when the export is finished."""
        self.tables[file].at[place, "record_id"] = None

    def finish(self):
        """Return the tables of the corrupted export."""
        tables = dict(self.tables)
        for file in (REDCAP, DIARY, IMAGES):
            table = tables[file]
            tables[file] = table[table["record_id"].notna()].reset_index(drop=True)
        return tables
