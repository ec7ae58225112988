"""The benchmark against a published placebo arm."""

import numpy as np
import pytest

from analysis.errors import DataError
from analysis.statistics.placebo import predict_placebo_mean


def test_prediction_from_the_placebo_arm():
    prediction = predict_placebo_mean(mean=-7.6, sd=13.2, n_placebo=20, n=7)
    assert (prediction.low, prediction.high) == pytest.approx((-19.7, 4.5), abs=0.05)
    assert prediction.place(-9) == pytest.approx(0.41, abs=0.005)
    assert prediction.place(-7.6) == 0.5


def test_prediction_covers_the_mean_of_a_new_group_as_often_as_it_says():
    generator = np.random.default_rng(12)
    covered = []
    for _ in range(2000):
        arm = generator.normal(-7, 13, 20)
        prediction = predict_placebo_mean(mean=arm.mean(), sd=arm.std(ddof=1), n_placebo=20, n=7)
        covered.append(prediction.low <= generator.normal(-7, 13, 7).mean() <= prediction.high)
    assert np.mean(covered) == pytest.approx(0.95, abs=0.015)


@pytest.mark.parametrize("wrong", [{"n": 0}, {"n_placebo": 1}, {"sd": 0}])
def test_no_prediction_without_an_arm(wrong):
    arguments = {"mean": -7.6, "sd": 13.2, "n_placebo": 20, "n": 7} | wrong
    with pytest.raises(DataError, match="no prediction"):
        predict_placebo_mean(**arguments)
