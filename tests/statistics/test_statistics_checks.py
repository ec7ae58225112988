"""What is no difference of a measurement is refused, and never turned into one."""

import math

import numpy as np
import pandas as pd
import pytest

from analysis.errors import DataError, UsageError
from analysis.statistics.alternatives import trim_mean
from analysis.statistics.checks import check_differences, round_differences
from analysis.statistics.common_tests import clopper_pearson, hedges_g_av, small_sample_factor
from analysis.statistics.hodges_lehmann import find_walsh_order, hodges_lehmann
from analysis.statistics.multiplicity import fixed_sequence, global_test, holm, max_t
from analysis.statistics.published import expect_by_noise, predict_placebo_mean
from analysis.statistics.sign_flip import sign_flip
from analysis.statistics.signed_rank import rank_biserial, signed_rank

NO_NUMBERS = {
    "masked": np.ma.array([1.0, 2.0], mask=[False, True]),
    "complex": np.array([1 + 2j, 2]),
    "complex objects": [1 + 2j, 2],
    "dates": np.array(["2017-03-05", "2017-03-06"], dtype="datetime64[D]"),
    "series of dates": pd.Series(pd.to_datetime(["2017-03-05", "2017-03-06"])),
    "durations": np.array([1, 2], dtype="timedelta64[D]"),
    "too large": [1e308, 1],
    "too small": [1e-300, 1],
    "overflow": [10**400, 1],
    "text": ["a", "b"],
    "text that reads as numbers": ["1", "2"],
    "bytes": [b"1", b"2"],
    "truth values": [True, False],
    "a date among numbers": [1.5, np.datetime64("2017-03-05")],
    "a duration among numbers": [None, np.timedelta64(3, "D")],
}


@pytest.mark.parametrize("values", NO_NUMBERS.values(), ids=list(NO_NUMBERS))
def test_what_is_no_number_to_compute_with_is_refused(values):
    table = np.ma.column_stack([values]) if np.ma.isMaskedArray(values) else pd.DataFrame(values)
    for refuse in (
        lambda: check_differences(values),
        lambda: round_differences(values, decimals=1),
        lambda: max_t(table),
        lambda: global_test(table),
    ):
        with pytest.raises(DataError, match=r"must be numbers|too large or too small"):
            refuse()


@pytest.mark.parametrize("function", [signed_rank, rank_biserial, hodges_lehmann, sign_flip])
@pytest.mark.parametrize("changes", [[1, np.nan], [np.inf, 1], ["a", 1], [[1, 2]], [None, 1]])
def test_what_is_no_change_is_refused(function, changes):
    with pytest.raises(DataError):
        function(changes)


@pytest.mark.parametrize(
    ("function", "values"),
    [(hodges_lehmann, []), (sign_flip, []), (max_t, [1, 2]), (max_t, [[np.inf, 1]])],
)
def test_nothing_and_no_table_of_changes_are_refused(function, values):
    with pytest.raises(DataError):
        function(values)


@pytest.mark.parametrize(
    "p_values", [[math.nan], [1.2], [-0.1], ["0.5"], 0.5, None, [[0.5]], [True]]
)
def test_what_is_no_p_value_is_refused(p_values):
    for refuse in (lambda: holm(p_values, attainable=[0.01]), lambda: fixed_sequence(p_values)):
        with pytest.raises(DataError, match="p-value"):
            refuse()


@pytest.mark.parametrize("value", [None, "5", 1 + 0j, math.nan, 10**400, -1, 1.5, 1e308])
def test_what_is_no_number_of_participants_patterns_or_decimals_is_refused(value):
    for refuse in (
        lambda: clopper_pearson(value, 5),
        lambda: clopper_pearson(0, value),
        lambda: find_walsh_order(value, 0.95),
        lambda: sign_flip([1, 2], draws=value),
        lambda: max_t([[1], [2]], draws=value),
        lambda: round_differences([1, 2], decimals=value),
        lambda: predict_placebo_mean(mean=0, sd=1, n_placebo=9, n=value),
        lambda: sign_flip([1, 2], seed=value),
        lambda: max_t([[1], [2]], seed=value),
    ):
        with pytest.raises(DataError):
            refuse()


ODD_LEVELS = [True, np.timedelta64(3, "D"), pd.NA, 1e-300, [0.95]]


@pytest.mark.parametrize(
    "value", [None, "5", 1 + 0j, math.nan, math.inf, 10**400, -1, 0, *ODD_LEVELS]
)
def test_what_is_no_size_or_level_is_refused(value):
    for refuse in (
        lambda: small_sample_factor(value),
        lambda: expect_by_noise(value, measurement_error=1),
        lambda: expect_by_noise(1, measurement_error=value),
        lambda: predict_placebo_mean(mean=0, sd=value, n_placebo=9, n=7),
        lambda: signed_rank([1, 2], alpha=value),
        lambda: signed_rank([1, 2], zeros=value),
        lambda: hedges_g_av([1, 2, 4], [2, 3, 7], confidence=value),
        lambda: trim_mean([1, 2, 3], share=value if isinstance(value, str | list) else 0.5),
    ):
        with pytest.raises((DataError, UsageError)):
            refuse()


def test_half_a_participant_is_no_count():
    with pytest.raises(DataError, match=r"1\.5 of 5"):
        clopper_pearson(1.5, 5)
    assert clopper_pearson(1.0, 5) == clopper_pearson(1, 5)
