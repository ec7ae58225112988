"""Text that wants to be obeyed comes back from a file as it was; the page shows cells in short."""

import pytest

from analysis.cleaning.logs import show_cell
from analysis.cleaning.query_sheet import list_questions
from analysis.cleaning.site_page import build_site_page
from analysis.tables import guard_cell, unguard_cell

HOSTILE = (
    "<script>alert(1)</script>",
    '=HYPERLINK("http://example.org";"click")',
    "@SUM(1+1)",
    "+1+cmd|' /C calc'!A0",
    "-2+3",
    "\x1b[31mred\x1b[0m",
    "\u202edcba\u200f",
    "{{< include /etc/passwd >}}",
    "line\u2028end",
    "'quoted",
    "\u2426{41}",
    "x" * 1_000_000,
    '"; DROP TABLE participants; --',
)


@pytest.mark.parametrize("text", HOSTILE)
def test_a_guarded_cell_can_be_read_back_exactly(text):
    assert unguard_cell(guard_cell(text)) == text


@pytest.mark.parametrize("text", ["-99", "+1,5", "SIM-01", "2021-03-05", "−1.3", "", "<1"])
def test_ordinary_cells_are_written_as_they_are(text):
    assert guard_cell(text) == text


def test_a_shown_cell_is_short_and_on_one_line():
    assert show_cell("a\nb") == "a↵b"
    assert show_cell("x" * 500).endswith("(500 characters)")


def test_the_page_shows_the_cells_of_the_form_around_the_asked_one(mended, study):
    page = build_site_page(mended, list_questions(mended, [each.name for each in study.visits]))
    assert "<b>vas_hand: 5.4</b>; vas_hand_line: 100" in page
    assert page.index("<h2>SIM-01</h2>") < page.index("<h2>SIM-02</h2>") < page.index("Summary")
