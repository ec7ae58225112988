"""A text from the data is drawn as it is, never read as a formula, and within bounds."""

import pandas as pd
import pytest

from analysis.provenance import Provenance
from analysis.reporting.figure import LINE_LENGTH, mark_figure
from analysis.reporting.figures.paired import draw_pairs

REAL = Provenance("", "", "", simulated=False, checksums="absent")


def draw(text, n):
    numbers = range(n)
    frame = pd.DataFrame({"participant_id": [f"P-{i} {text}" for i in numbers]})
    return draw_pairs(frame.assign(baseline=numbers, followup=5), label=text, unit=text)


@pytest.mark.parametrize("text", ["Cost $5 to $10", "Pain ($\\le$ 3 …)", "$\\frac{", "50 % & _x^2"])
@pytest.mark.parametrize("n", [0, 1, 20])
def test_a_label_with_signs_of_a_formula_is_drawn_as_text(text, n):
    figure, _ = draw(text, n)
    figure.draw_without_rendering()
    assert figure.axes[0].get_title(loc="left") == text
    assert not any(each.get_parse_math() for each in figure.axes[0].texts)


def test_control_characters_are_replaced_and_long_texts_cut_in_the_figure_only():
    text = "a\x00b\u202ec" + "x" * 5000
    figure, alt = draw(text, 1)
    figure.axes[0].set_yticks([5], [text])
    alt = mark_figure(figure, alt, REAL)
    figure.draw_without_rendering()
    axes = figure.axes[0]
    texts = (axes.get_yticklabels()[0], axes.texts[0])
    shown = [axes.get_title(loc="left"), *(text.get_text() for text in texts)]
    assert shown[0] == f"a�b�c{'x' * (LINE_LENGTH - 6)}…"
    assert all("�" in each and len(each) <= LINE_LENGTH for each in shown)
    assert alt.startswith("a�b�c") and len(alt) > 5000


def test_a_figure_of_1000_participants_is_no_larger_than_one_of_seven():
    sizes = []
    for n in (7, 1000):
        figure, alt = draw("Score", n)
        sizes.append((figure.get_size_inches().tolist(), len(figure.axes[0].get_children()) < 60))
    assert sizes[0] == sizes[1]
    assert alt.endswith(
        "1000 participants are too many to show singly: boxes are quartiles, lines ranges."
    )
