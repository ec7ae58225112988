"""Results: how a value becomes a printed text, and what a table of results refuses."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.errors import DataError
from analysis.results import (
    Context,
    ResultWriter,
    collect_results,
    find_text,
    format_number,
    format_p,
    format_percent,
    spread_results,
)

CONTEXT = Context("efficacy", "04_efficacy", "simulated", "full_analysis")


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [
        (2.5, 0, "3"),
        (-2.5, 0, "−3"),
        (0.125, 2, "0.13"),
        (-1.25, 1, "−1.3"),
        (-0.04, 1, "0.0"),
        (1e-20, 2, "0.00"),
        (1234.5, 0, "1235"),
    ],
)
def test_halves_go_away_from_zero_and_zero_has_no_sign(value, decimals, text):
    assert format_number(value, decimals) == text


def test_noise_in_the_last_bit_cannot_flip_a_printed_digit():
    noisy = 1.1 + 2.2 - 3.25  # 0.04999999999999982
    assert format_number(noisy, 1) == format_number(0.05, 1) == "0.1"


@settings(max_examples=100, deadline=None, derandomize=True)
@given(st.floats(-1e6, 1e6), st.integers(0, 4))
def test_a_number_and_its_opposite_print_alike_but_for_the_sign(value, decimals):
    positive = format_number(abs(value), decimals)
    assert format_number(-abs(value), decimals).lstrip("−") == positive


def test_p_values_never_print_zero_and_shares_are_whole_percentages():
    assert [format_p(p) for p in (0.015625, 0.25, 1, 0.001, 0.00099)] == [
        *("0.016", "0.250", "1.000", "0.001", "<\xa00.001")
    ]
    assert format_percent(1 / 7) == "14\xa0%"


def test_a_result_id_is_dotted_from_analysis_to_statistic():
    row = ResultWriter(CONTEXT, "hand_mrss", qualifier="fingers_only", n=7).row("hl", -1.5, "−1.5")
    assert row["result_id"] == "efficacy.hand_mrss.fingers_only.hl"
    assert find_text(collect_results([row]), "efficacy.hand_mrss.fingers_only.hl") == "−1.5"


def test_no_id_may_be_the_prefix_of_another():
    rows = [
        ResultWriter(CONTEXT, "hand_mrss").row("hl", 1.0, "1.0"),
        ResultWriter(CONTEXT, "hand_mrss").row("hl_low", 1.0, "1.0"),
        ResultWriter(CONTEXT, "hand_mrss", qualifier="hl").row("low", 1.0, "1.0"),
    ]
    with pytest.raises(DataError, match=r"hand_mrss\.hl is the prefix of .*hand_mrss\.hl\.low"):
        collect_results(rows)


def test_an_id_given_twice_an_empty_text_and_an_unknown_result_are_refused():
    row = ResultWriter(CONTEXT, "hand_mrss").row("hl", 1.0, "1.0")
    with pytest.raises(DataError, match="two rows"):
        collect_results([row, row])
    with pytest.raises(DataError, match="empty cell"):
        collect_results([{**row, "text": ""}])
    with pytest.raises(DataError, match=r"efficacy\.nothing"):
        find_text(collect_results([]), "efficacy.nothing")


def test_results_are_laid_out_for_reading_estimates_first():
    writer = ResultWriter(CONTEXT, "hand_mrss", n=7)
    rows = [writer.p("p_value", 0.25), writer.number("hl", -1), writer.count("n_worse", 1)]
    rows.append(replace(writer, qualifier="week_4").number("mean", 2))
    frame = collect_results(rows)
    spread = spread_results(frame, "efficacy")
    assert spread.columns.tolist() == ["hl", "p_value", "n_worse", "mean"]
    assert spread.loc["hand_mrss"].tolist() == ["−1.00", "0.250", "1", ""]
    assert spread.index.tolist() == ["hand_mrss", "hand_mrss.week_4"]
    assert spread_results(frame, "sensitivity").empty
    assert spread_results(frame, "efficacy", ["hand_mrss"]).columns.tolist()[-1] == "n_worse"
