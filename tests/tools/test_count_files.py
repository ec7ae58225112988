"""How many files a reader opens to follow a value from the raw file to Table 3."""

import pytest
from count_files import MOST, count_files, format_files, trace_call

from analysis.errors import DataError


def test_a_file_counts_when_a_function_of_it_runs():
    assert trace_call(str, DataError("a message")) == ("a message.", {"errors.py"})
    assert trace_call(len, "nothing of ours") == (15, set())


def test_a_file_counts_once_for_each_stage():
    text = format_files({"read": ["a.py", "b.py"], "clean": ["a.py"]})
    assert text.splitlines()[0] == "read: 2"
    assert text.splitlines()[-1].startswith("in all: 3 ")


@pytest.mark.slow
def test_every_stage_runs_code_of_few_files():
    files = count_files()
    assert all(files.values())
    assert sum(map(len, files.values())) <= MOST
