"""The small report as fixtures, and figures that are closed."""

import sys

import pytest
from small_report import make_rows, read_sentences, write_inputs


@pytest.fixture(autouse=True)
def close_figures():
    yield
    if pyplot := sys.modules.get("matplotlib.pyplot"):
        pyplot.close("all")


@pytest.fixture
def small_results():
    return make_rows


@pytest.fixture
def small_inputs(tmp_path):
    def write(results=None, *, name="out", **options):
        return write_inputs(tmp_path / name, make_rows() if results is None else results, **options)

    return write


@pytest.fixture
def say(small_results):
    """Read the sentences; `numbers` are values of other results, by id, with their participants."""

    def choose(changes=None, *, numbers=None, **options):
        results = small_results(changes, **options)
        for result_id, number in (numbers or {}).items():
            value, n = number if isinstance(number, tuple) else (number, 7)
            row = results["result_id"] == result_id
            assert row.sum() == 1, result_id
            results.loc[row, ["value", "text", "n"]] = [value, f"{value}", n]
        return read_sentences(results)

    return choose
