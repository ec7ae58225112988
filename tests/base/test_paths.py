"""The layout of the repository is known in one place."""

import pytest

from analysis.paths import is_report_source


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("index.qmd", True),
        ("style", True),
        ("sentences", True),
        ("_quarto.yml", True),
        ("_variables.yml", False),
        ("_output", False),
        ("record", False),
        ("preview", False),
        (".quarto", False),
    ],
)
def test_what_is_written_into_the_report_s_folder_is_no_source(name, source):
    assert is_report_source(name) is source
