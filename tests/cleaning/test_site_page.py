"""Text that wants to be obeyed goes through as text, in the files and on the page."""

from dataclasses import replace
from html.parser import HTMLParser

import pandas as pd
import pytest

from analysis.cleaning import clean_export
from analysis.cleaning.export import REDCAP
from analysis.cleaning.logs import show_cell
from analysis.cleaning.query_sheet import list_questions
from analysis.cleaning.site_page import build_site_page
from analysis.tables import guard_cell, read_table, unguard_cell, write_table

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


@pytest.fixture(scope="module")
def attacked(valid, study):
    """Return a cleaned export with a hostile term in every adverse event, and one in a number."""
    table = valid.tables[REDCAP].copy()
    events = table.index[table["redcap_repeat_instrument"] == "adverse_event"]
    base = table.loc[events[0]].to_dict()
    extra = [
        base | {"redcap_repeat_instance": str(number + 50), "ae_term": text}
        for number, text in enumerate(HOSTILE)
    ]
    table = pd.concat([table, pd.DataFrame(extra)], ignore_index=True)
    place = table.index[table["vas_hand"] != ""][0]
    table.loc[place, "vas_hand"] = HOSTILE[0]
    table.loc[table.index[table["visit_date"] != ""][:1], "assessor"] = HOSTILE[1]
    return clean_export(replace(valid, tables=valid.tables | {REDCAP: table}), study)


def test_hostile_text_arrives_as_it_is(attacked):
    terms = attacked.tables["adverse_events"]["term"]
    assert set(HOSTILE) - {"\u202edcba\u200f"} <= set(terms) | {text.strip() for text in terms}


def test_in_the_files_nothing_begins_a_formula_and_nothing_is_obeyed(attacked, tmp_path):
    for name in ("adverse_events", "queries", "changes", "visits"):
        path = write_table(attacked.tables[name], name, tmp_path)
        text = path.read_text(encoding="utf-8")
        assert not set(text) & set("\x1b\r\u202e\u200f\u2028\x00")
        frame = pd.read_csv(path, dtype="str", keep_default_na=False)
        for column in frame:
            assert not frame[column].str.match(r"[=@\t]|[+-](?![0-9.,]*$)").any(), (name, column)
        pd.testing.assert_frame_equal(read_table(name, tmp_path), attacked.tables[name])


class Tags(HTMLParser):
    def __init__(self):
        super().__init__()
        self.seen, self.attributes = set(), set()

    def handle_starttag(self, tag, attrs):
        self.seen.add(tag)
        self.attributes.update(name for name, _ in attrs)


def test_the_page_for_the_site_has_no_tag_that_came_from_the_data(attacked):
    page = build_site_page(attacked, list_questions(attacked, []))
    tags = Tags()
    tags.feed(page)
    assert not tags.seen & {"script", "a", "img", "iframe", "object", "form", "link"}
    assert not {name for name in tags.attributes if name.startswith("on")}
    assert "{{<" not in page
    assert len(page) < 1_000_000
    assert "SIMULATED" in page


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
