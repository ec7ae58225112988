"""What is no difference of a measurement is refused, and never turned into one."""

import numpy as np
import pytest

from analysis.errors import DataError
from analysis.statistics.checks import check_differences
from analysis.statistics.common_tests import clopper_pearson


@pytest.mark.parametrize(
    "differences",
    [
        np.ma.array([1.0, 2.0], mask=[False, True]),
        np.array([1 + 2j, 2]),
        np.array(["2017-03-05", "2017-03-06"], dtype="datetime64[D]"),
        np.array([1, 2], dtype="timedelta64[D]"),
        [1e308, 1],
        [1e-300, 1],
        [10**400, 1],
    ],
    ids=["masked", "complex", "dates", "durations", "too large", "too small", "overflow"],
)
def test_what_is_no_number_to_compute_with_is_refused(differences):
    with pytest.raises(DataError, match="differences are"):
        check_differences(differences)


def test_half_a_participant_is_no_count():
    with pytest.raises(DataError, match=r"1\.5 of 5"):
        clopper_pearson(1.5, 5)
    assert clopper_pearson(1.0, 5) == clopper_pearson(1, 5)
