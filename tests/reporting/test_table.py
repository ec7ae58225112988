"""Numbers of a column stand with their decimal points below each other; texts stay as they are."""

import re
from types import SimpleNamespace

from analysis.reporting.table import FIGURE_SPACE, Cell, Table, save_table

SIMULATED = SimpleNamespace(mark="SIMULATED")


def pads_of(*cells, numeric=True):
    rows = tuple((f"row {number}", cell) for number, cell in enumerate(cells))
    html = Table(("Row", "Value"), rows, numeric=numeric).to_html()
    return [pad.count(FIGURE_SPACE) for pad in re.findall(r"<td(.*?)>", html)]


def test_whole_parts_are_filled_up_to_the_widest_where_a_cell_begins_with_a_number():
    assert pads_of("1.25", "10.5", "−10.5", "7") == [2, 1, 0, 2]
    assert pads_of((Cell("−0.5", "a.hl"), " (−12 to 3)"), "10 of 12") == [0, 0]
    assert pads_of("not estimable", "–", "", "12", "3") == [0, 0, 0, 0, 1]
    assert pads_of("1", "10", numeric=False) == [0, 0]


def test_the_spaces_are_no_part_of_the_text_and_an_empty_corner_is_no_heading():
    html = Table(("Row", "Value"), (("a", "1"), ("b", "10"))).to_html()
    assert ">1</td>" in html
    assert ">10</td>" in html
    html = Table(("", "Value"), (("a", "1"),)).to_html()
    assert '<tr><td></td><th scope="col">Value</th></tr>' in html


GROUPED = Table(
    ("Outcome", "Change", "p"),
    (
        ("Primary",),
        ("Hand mRSS", ("−1.0 (", Cell("−3.0", "a.low"), ")"), "0.25"),
        ("Pain", "12.5", ""),
    ),
    notes=("=A note.",),
)


def test_a_frame_has_the_printed_texts_and_the_heading_over_each_row():
    frame = GROUPED.to_frame()
    assert frame.to_numpy().tolist() == [
        ["Primary", "Hand mRSS", "−1.0 (−3.0)", "0.25"],
        ["Primary", "Pain", "12.5", ""],
    ]
    assert frame.attrs["notes"] == ["=A note."]
    assert Table(("A", "B"), (("b", "1"),)).to_frame().columns.tolist() == ["A", "B"]


def test_a_saved_table_is_html_csv_and_word_and_says_that_it_is_simulated(tmp_path):
    from docx import Document

    for folder in ("one", "two"):
        save_table(GROUPED, "small", tmp_path / folder, SIMULATED)
    saved = {path.suffix: path for path in (tmp_path / "one" / "tables").iterdir()}
    assert set(saved) == {".html", ".csv", ".docx"}
    lines = saved[".csv"].read_text(encoding="utf-8").splitlines()
    assert lines[0] == "group,Outcome,Change,p,data_origin"
    assert lines[1] == "Primary,Hand mRSS,−1.0 (−3.0),0.25,simulated"
    document = Document(saved[".docx"])
    assert document.paragraphs[0].text == "SIMULATED data"
    (table,) = document.tables
    texts = [[cell.text for cell in row.cells] for row in table.rows]
    assert texts[1] == ["Primary"] * 3 and texts[2] == ["Hand mRSS", "−1.0 (−3.0)", "0.25"]
    assert texts[-1][0] == "=A note."
    again = tmp_path / "two" / "tables" / "small.docx"
    assert again.read_bytes() == saved[".docx"].read_bytes()


def test_numbers_stand_aligned_in_a_notebook_without_a_style_sheet():
    shown = GROUPED._repr_html_()
    assert "data-pad" not in shown
    assert 'tabular-nums">\u2007−1.0' in shown or 'tabular-nums">−1.0' in shown
