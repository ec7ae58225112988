"""A text from the data is drawn as it is, never read as a formula."""

import pandas as pd
import pytest

from analysis.reporting.figures.paired import draw_pairs


@pytest.mark.parametrize("text", ["Cost $5 to $10", "Pain ($\\le$ 3 …)", "$\\frac{", "50 % & _x^2"])
@pytest.mark.parametrize("n", [0, 1, 20])
def test_a_label_with_signs_of_a_formula_is_drawn_as_text(text, n):
    numbers = range(n)
    frame = pd.DataFrame({"participant_id": [f"P-{i} {text}" for i in numbers]})
    figure, _ = draw_pairs(frame.assign(baseline=numbers, followup=5), label=text, unit=text)
    figure.draw_without_rendering()
    assert figure.axes[0].get_title(loc="left") == text
    assert not any(each.get_parse_math() for each in figure.axes[0].texts)
