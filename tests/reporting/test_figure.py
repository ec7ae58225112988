"""A figure is saved whole, the same each time, and drawn no more often than needed."""

import io
import re

import pytest
from matplotlib.figure import Figure
from PIL import Image

from analysis.provenance import Provenance
from analysis.reporting.figure import SCREEN_SHARE, save_figure, use_style

SIMULATED = Provenance("", "", "", simulated=True, checksums="absent")


def draw_example(*, title="Title", layout=None):
    figure, axes = use_style().subplots(figsize=(3, 2), layout=layout)
    axes.plot((0, 1), (1, 3))
    axes.set_title(title)
    return figure


def save(figure, folder):
    return save_figure(figure, "example", folder, alt="A line.", provenance=SIMULATED)


@pytest.mark.parametrize("layout", [None, "constrained"])
def test_two_drawings_of_one_figure_are_the_same_to_the_byte(tmp_path, monkeypatch, layout):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "0")
    for name in ("first", "second"):
        save(draw_example(layout=layout), tmp_path / name)
    for suffix in ("svg", "png", "txt"):
        first, second = (
            tmp_path / name / f"figures/example.{suffix}" for name in ("first", "second")
        )
        assert first.read_bytes() == second.read_bytes()


def test_a_simulated_figure_says_so_in_the_picture_and_in_the_file(tmp_path):
    figure = draw_example()
    save(figure, tmp_path)
    assert "SIMULATED" in [text.get_text() for text in figure.texts]
    with Image.open(tmp_path / "figures/example.png") as picture:
        assert picture.text["Description"].startswith("SIMULATED data. ")
    svg = (tmp_path / "figures/example.svg").read_text("utf-8")
    assert "<dc:description>SIMULATED data. " in re.sub(r">\s+", ">", svg)


def test_what_reaches_beyond_the_canvas_is_not_cut_off(tmp_path):
    save(draw_example(title="A long title " * 8), tmp_path)
    with Image.open(tmp_path / "figures/example.png") as picture:
        width, height = picture.size
        grey = picture.convert("L")
        edges = (grey.crop((left, 0, left + 3, height)) for left in (0, width - 3))
        edges = [edge.getextrema() for edge in edges]
    assert width > 3 * 300
    assert edges == [(255, 255), (255, 255)]


def test_the_cell_shows_the_saved_picture_smaller_with_its_alternative_text(tmp_path):
    shown = save(draw_example(), tmp_path)
    with Image.open(tmp_path / "figures/example.png") as saved:
        width = saved.size[0]
    assert Image.open(io.BytesIO(shown.data)).size[0] == -(-width // SCREEN_SHARE)
    assert shown.alt == "SIMULATED data. A line."
    assert (tmp_path / "figures/example.txt").read_text() == f"{shown.alt}\n"


def test_a_figure_is_drawn_once_for_its_layout_and_once_for_each_file(tmp_path, monkeypatch):
    finished = []
    draw = Figure.draw

    def count(self, renderer):
        draw(self, renderer)
        finished.append(type(renderer).__name__)

    monkeypatch.setattr(Figure, "draw", count)
    save(draw_example(layout="constrained"), tmp_path)
    assert len(finished) == 3
