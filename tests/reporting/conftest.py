"""The small report as fixtures."""

import pytest
from small_report import make_rows, write_inputs


@pytest.fixture
def small_results():
    """Make results; see `make_rows`."""
    return make_rows


@pytest.fixture
def small_inputs(tmp_path):
    """Write inputs below a folder of this test; see `write_inputs`."""

    def write(results=None, *, name="out", **options):
        return write_inputs(tmp_path / name, make_rows() if results is None else results, **options)

    return write
