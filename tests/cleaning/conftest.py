"""Exports to clean, made once."""

from dataclasses import replace

import pytest
from corruption import make_valid_export

from analysis.cleaning import clean_export
from analysis.demo.export import make_export
from analysis.study import load_study


@pytest.fixture(scope="session")
def study():
    return load_study()


@pytest.fixture(scope="session")
def valid():
    """A simulated export without faults, in memory."""
    return make_valid_export(7, 2016)


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
