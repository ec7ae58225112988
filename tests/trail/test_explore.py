"""Every word of a table is shown, and nothing in it is more than text."""

import pandas as pd
import pytest
from matplotlib.figure import Figure

from analysis.trail.explore import Course, format_code, format_frame, format_picture, save_frames

LONG = "Which value is meant? " * 10
HOSTILE = "<script>alert(1)</script>=1+1"


@pytest.fixture
def frame():
    return pd.DataFrame(
        {"who": ["SIM-01", HOSTILE], "message": [LONG, ""], "mm": [58.0, None], "empty": ["", ""]}
    )


def test_no_text_is_cut_off_and_numbers_are_short(frame):
    html = format_frame(frame)
    assert LONG in html and ">58<" in html
    assert "nan" not in html and "<NA>" not in html


def test_a_column_without_a_value_and_a_counter_are_left_out(frame):
    html = format_frame(frame)
    assert all(f">{name}<" in html for name in ("who", "message", "mm")) and ">empty<" not in html
    assert "row_heading" not in format_frame(frame)
    assert "row_heading" in format_frame(frame.set_index("who"))


@pytest.mark.parametrize("index", [[], ["who"], ["who", "message"]])
def test_a_text_of_the_export_stays_a_text(frame, index):
    shown = frame.set_index(index) if index else frame
    assert "<script>" not in format_frame(shown) and "&lt;script&gt;" in format_frame(shown)
    assert "<script>" not in format_code(HOSTILE)
    assert "<script>" not in format_picture(Figure(), HOSTILE)


def test_a_saved_cell_is_inert_and_an_empty_table_says_so(tmp_path):
    path = save_frames(pd.DataFrame({"who": ["=1+1"]}), tmp_path, "cells")
    assert path.read_text("utf-8") == "who\n'=1+1\n"
    assert format_frame(pd.DataFrame({"who": []})) == "<p>None.</p>"


def test_the_items_of_a_course_are_opened_when_they_are_wanted(frame):
    html = Course(visits=frame, items=frame)._repr_html_()
    assert "<details open><summary>Visits (2)" in html
    assert "<details><summary>Items (2)" in html
