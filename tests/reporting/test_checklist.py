"""Every item of a reporting checklist leads to its place in the report, or says why not."""

import re

import pytest

from analysis import paths
from analysis.errors import DataError
from analysis.reporting.checklist import (
    ChecklistItem,
    list_headings,
    print_checklist,
    read_checklist,
)
from analysis.reporting.manuscript import DOCUMENTS, read_manuscript
from analysis.reporting.places import number_places

CHECKLISTS = sorted((paths.REPORT_FOLDER / "checklists").glob("*.yml"))


def print_one(item, headings=None):
    return print_checklist([item], headings or {}, source="it.yml").splitlines()[-1]


def test_headings_bear_the_names_that_pandoc_gives():
    lines = ("# Methods", "## Harms", "no # heading", "# Results", "## Harms")
    headings = {"methods": "Methods", "harms": "Harms", "results": "Results", "harms-1": "Harms"}
    assert list_headings((*lines, "# Refs {.unnumbered}")) == headings | {"refs": "Refs"}


def test_a_place_is_printed_as_what_leads_there():
    item = ChecklistItem("4a", "How", ("#harms-1", "@tbl-flow", "abstract"))
    assert print_one(item, {"index.html#harms-1": "Harms"}) == (
        '| 4a | How | [Harms]{.elsewhere page="index.html#harms-1"}; @tbl-flow; '
        "Title page and abstract |"
    )


def test_a_reason_stands_alone_or_beside_a_place():
    without = ChecklistItem("8", "x", (), "one arm")
    assert print_one(without) == "| 8 | x | not applicable: one arm |"
    assert print_one(ChecklistItem("9", "x", ("@fig-a",), "open")) == "| 9 | x | @fig-a (open) |"


@pytest.mark.parametrize("place", ["#nowhere", "Methods", "@eq-x"])
def test_a_place_that_is_not_there_stops(place):
    with pytest.raises(DataError, match=r"it\.yml.*is no heading, table or figure"):
        print_one(ChecklistItem("1", "x", (place,)), {"harms": "Harms"})


def test_an_item_with_neither_place_nor_reason_stops(tmp_path):
    path = tmp_path / "it.yml"
    path.write_text("- {item: 3, asks: x}\n", "utf-8")
    with pytest.raises(DataError, match="item 3 has neither a place nor a reason"):
        read_checklist(path)


def test_trend_and_harms_have_every_item_in_their_order():
    items = read_checklist(paths.REPORT_FOLDER / "checklists" / "trend.yml")
    assert [item.item for item in items] == [f"{number}" for number in range(1, 23)]
    items = read_checklist(paths.REPORT_FOLDER / "checklists" / "harms.yml")
    numbers = [re.match(r"\d+", item.item)[0] for item in items]
    assert list(dict.fromkeys(numbers)) == [*(f"{number}" for number in range(1, 11)), "2022"]


@pytest.mark.parametrize("path", CHECKLISTS, ids=lambda path: path.stem)
def test_each_checklist_of_the_report_leads_to_places_that_exist(path):
    places = number_places([read_manuscript(name, paths.REPORT_FOLDER) for name in DOCUMENTS])
    for item in read_checklist(path):
        for place in item.places:
            assert not place.startswith("@") or place[1:] in places, f"{item.item}: {place}"
