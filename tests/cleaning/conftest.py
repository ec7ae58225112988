"""Exports to clean, made once."""

from dataclasses import replace

import pytest

from analysis.cleaning import clean_export
from analysis.cleaning.export import RawExport
from analysis.demo.export import make_export
from analysis.provenance import Provenance
from analysis.study import load_study


@pytest.fixture(scope="session")
def study():
    return load_study()


@pytest.fixture(scope="session")
def valid():
    """A simulated export without faults, as `read_export` would read it."""
    made = make_export(7, 2016, faults="none")
    provenance = Provenance("valid", made.provenance["exported_on"], "test", True, "absent")
    tables = {name: table.astype("str") for name, table in made.tables.items()}
    return RawExport("valid", tables, dict.fromkeys(tables, "utf-8-sig"), {}, provenance)


@pytest.fixture(scope="session")
def cleaned(valid, study):
    return clean_export(valid, study)


@pytest.fixture(scope="session")
def faulty(valid):
    """The simulated export with its planted faults, and their list."""
    made = make_export(7, 2016)
    tables = {name: table.astype("str") for name, table in made.tables.items()}
    return replace(valid, tables=tables), made.faults


@pytest.fixture(scope="session")
def mended(faulty, study):
    return clean_export(faulty[0], study)
