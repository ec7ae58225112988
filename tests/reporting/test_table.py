"""Numbers of a column stand with their decimal points below each other; texts stay as they are."""

import re

from analysis.reporting.table import FIGURE_SPACE, Cell, Table


def pads_of(*cells, numeric=True):
    rows = tuple((f"row {number}", cell) for number, cell in enumerate(cells))
    html = Table(("Row", "Value"), rows, numeric=numeric).to_html()
    return [pad.count(FIGURE_SPACE) for pad in re.findall(r"<td(.*?)>", html)]


def test_whole_parts_are_filled_up_to_the_widest():
    assert pads_of("1.25", "10.5", "−10.5", "7") == [2, 1, 0, 2]


def test_the_first_number_of_a_cell_decides():
    assert pads_of((Cell("−0.5", "a.hl"), " (−12 to 3)"), "10 of 12") == [0, 0]


def test_a_cell_that_does_not_begin_with_a_number_stays_where_it_is():
    assert pads_of("not estimable", "–", "", "12", "3") == [0, 0, 0, 0, 1]


def test_the_spaces_are_no_part_of_the_text():
    html = Table(("Row", "Value"), (("a", "1"), ("b", "10"))).to_html()
    assert ">1</td>" in html
    assert ">10</td>" in html


def test_a_table_of_words_is_not_aligned_so():
    assert pads_of("1", "10", numeric=False) == [0, 0]


def test_an_empty_corner_is_no_heading():
    html = Table(("", "Value"), (("a", "1"),)).to_html()
    assert '<tr><td></td><th scope="col">Value</th></tr>' in html
