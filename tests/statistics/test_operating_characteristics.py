"""Operating characteristics: many trials at once agree with one at a time, and the record holds."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from analysis.__main__ import main
from analysis.errors import MissingError
from analysis.statistics.hodges_lehmann import find_walsh_order, hodges_lehmann
from analysis.statistics.operating_characteristics import many_trials, simulate, simulation
from analysis.statistics.operating_characteristics.record import SIMULATION_FILE, read_simulation
from analysis.statistics.operating_characteristics.scenarios import (
    SINGLE_OUTCOMES,
    Family,
    list_scenarios,
)
from analysis.statistics.operating_characteristics.simulate import count_block, draw_changes
from analysis.statistics.signed_rank import signed_rank

COMMAND = "operating-characteristics"
SEED = 2016
SCENARIOS = {scenario.name: scenario for scenario in list_scenarios()}


def recorded(name):
    table = read_simulation()
    return table[table["scenario"] == name].set_index("statistic")["value"].to_dict()


def recompute(name, blocks=10):
    counts = [
        count_block(SCENARIOS[name], block=block, trials=simulation.BLOCK_TRIALS, seed=SEED)
        for block in range(blocks)
    ]
    return {
        key: sum(c[key] for c in counts) / (blocks * simulation.BLOCK_TRIALS) for key in counts[0]
    }


@given(arrays(np.int64, (4, 7), elements=st.integers(-4, 4)))
@settings(max_examples=60, deadline=None, derandomize=True)
def test_every_trial_of_an_array_gets_the_answer_of_the_single_trial(trials):
    p_values, mid_ps = many_trials.compute_signed_rank_p(trials)
    low, high = many_trials.compute_walsh_limits(trials, find_walsh_order(7, 0.95)[0])
    for row, differences in enumerate(trials):
        single = signed_rank(differences)
        interval = hodges_lehmann(differences)
        assert p_values[row] == pytest.approx(single.p_value, abs=1e-12)
        assert mid_ps[row] == pytest.approx(single.mid_p, abs=1e-12)
        assert (low[row], high[row]) == (interval.low, interval.high)


def test_t_interval_of_an_array_is_that_of_the_single_trial_and_equal_changes_have_none():
    changes = np.array([[-11, -15, 1, -16, -4, -5, -8.5]])  # E4
    low, high, defined = many_trials.compute_t_limits(changes)
    assert (low[0], high[0]) == pytest.approx((-14.0502, -2.6641), abs=5e-5)
    assert defined.all()
    assert not many_trials.compute_t_limits(np.full((1, 7), -2.0))[2].any()


def test_changes_lie_on_the_grid_and_scores_within_their_bounds():
    kapandji = SCENARIOS["kapandji.assumed"]
    normals = np.random.default_rng(1).standard_normal((2000, 7, 2))
    changes = draw_changes(replace(kapandji, baseline_mean=20), normals)
    assert (changes == np.round(changes)).all()
    assert (changes == 0).mean() > 0.3  # most stay at the ceiling
    assert (np.abs(changes) <= 20).all()


def test_scenarios_bear_one_name_each_and_cover_the_nine_outcomes():
    assert len(SCENARIOS) == len(list_scenarios())
    for outcome in SINGLE_OUTCOMES:
        assert {f"{outcome.name}.assumed", f"{outcome.name}.no_change"} <= set(SCENARIOS)


@pytest.mark.parametrize(
    "name", ["hand_mrss.rounded_change.assumed", "hand_mrss.rounded_change.no_change"]
)
def test_record_is_what_the_seed_gives(name):
    # Ten trials of 200 000 leave room for the last bit of another processor.
    assert recompute(name) == pytest.approx(recorded(name), abs=5e-5)


@pytest.mark.parametrize(
    ("scenario", "statistic", "value"),
    [
        ("hand_mrss.rounded_change.assumed", "p_out_of_reach", 0.34),
        ("hand_mrss.rounded_change.assumed", "rejected_exact", 0.28),
        ("hand_mrss.no_grid.assumed", "rejected_exact", 0.46),
        ("hand_mrss.rounded_change.no_change", "rejected_exact", 0.013),
        ("hand_mrss.rounded_change.no_change", "rejected_mid_p", 0.037),
        ("hand_mrss.rounded_change.assumed", "rejected_mid_p", 0.45),
        ("hand_mrss.rounded_change.no_change", "rejected_t", 0.056),
        ("hand_mrss.rounded_change.assumed", "rejected_t", 0.49),
        ("hand_mrss.rounded_change.no_change", "covered_closed", 0.987),
        ("hand_mrss.rounded_change.no_change", "covered_open", 0.886),
        ("family.no_grid", "any_exact", 0.28),
        ("family.independent", "any_exact", 0.35),
    ],
)
def test_record_reproduces_the_planned_figures(scenario, statistic, value):
    """Half a unit of the last digit printed, and three Monte Carlo errors of 0.001."""
    digits = 3 if value in (0.013, 0.037, 0.056, 0.987, 0.886) else 2
    assert recorded(scenario)[statistic] == pytest.approx(value, abs=0.5 * 10**-digits + 0.003)


def test_no_test_of_continuous_changes_exceeds_its_size():
    assert recorded("hand_mrss.no_grid.no_change")["rejected_exact"] == pytest.approx(
        6 / 128, abs=0.0015
    )


@pytest.fixture
def small(monkeypatch):
    monkeypatch.setattr(simulation, "BLOCK_TRIALS", 50)
    scenario = SCENARIOS["kapandji.no_change"]
    return scenario, Family("family.small", (scenario, SCENARIOS["shaq.no_change"]), 0.5)


def run_small(small, cache, **options):
    return simulation.run_scenarios(
        small, **{"trials": 200, "seed": 1, "cache": cache, "jobs": 1, **options}
    )


def interrupt(done, _total):
    if done == 4:
        raise KeyboardInterrupt


@pytest.fixture
def counted(monkeypatch):
    """The blocks that are simulated, not taken from the cache."""
    simulated = []
    draw = simulate.draw_changes
    monkeypatch.setattr(
        simulate, "draw_changes", lambda *given: simulated.append(given) or draw(*given)
    )
    return simulated


def test_numbers_do_not_depend_on_the_number_of_processes(small, tmp_path):
    one = run_small(small, tmp_path / "one")
    two = run_small(small, tmp_path / "two", jobs=2)
    assert one.equals(two)


def test_interrupted_run_goes_on_where_it_stopped(small, tmp_path, counted):
    whole = run_small(small, tmp_path / "whole")
    every = len(counted)
    with pytest.raises(KeyboardInterrupt):
        run_small(small, tmp_path / "parts", report=interrupt)
    torn = next((tmp_path / "parts").rglob("output.pkl"))
    torn.write_bytes(torn.read_bytes()[:9])
    counted.clear()
    assert run_small(small, tmp_path / "parts").equals(whole)
    # Four blocks of one outcome were finished, and one of them is torn.
    assert len(counted) == every - 3


def test_other_seed_ignores_the_blocks_of_this_one(small, tmp_path, counted):
    for seed, simulated in ((1, True), (1, False), (2, True)):
        counted.clear()
        run_small(small, tmp_path, seed=seed)
        assert bool(counted) is simulated


def test_trials_that_fill_no_whole_blocks_are_wrong_use(tmp_path, capsys):
    assert main([COMMAND, "--trials", "30000", "--cache", str(tmp_path)]) == 2
    assert "multiple of 20000" in capsys.readouterr().err


def test_scheduler_without_its_package_says_how_to_get_it(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "distributed", None)
    with pytest.raises(MissingError, match="Run `make setup`"), simulation.connect_scheduler("x"):
        pass


def test_cluster_gives_the_same_numbers(small, tmp_path):
    distributed = pytest.importorskip("distributed")
    here = run_small(small, tmp_path / "here")
    with (
        distributed.LocalCluster(
            n_workers=1, threads_per_worker=2, processes=False, dashboard_address=None
        ) as cluster,
        simulation.connect_scheduler(cluster.scheduler_address),
    ):
        there = run_small(small, tmp_path / "there", jobs=-1)
    assert here.equals(there)


def test_interrupted_command_says_so_and_keeps_its_finished_blocks(
    monkeypatch, tmp_path, small, capsys
):
    monkeypatch.setattr(simulation, "list_scenarios", lambda: small)
    out = tmp_path / "record.csv"
    arguments = ["--trials", "400", "--jobs", "1", "--out", str(out), "--cache", str(tmp_path)]
    with monkeypatch.context() as patch:
        patch.setattr(simulation, "_show_progress", interrupt)
        assert main([COMMAND, *arguments]) == 130
    message = capsys.readouterr().err
    assert "continues after the finished blocks" in message and "Interrupted" in message
    assert len(list(tmp_path.rglob("output.pkl"))) == 4
    assert main([COMMAND, *arguments]) == 0
    assert list(tmp_path.iterdir()) == [out]


def test_command_interrupted_before_its_first_block_says_so(monkeypatch, tmp_path, capsys):
    def stop(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(simulation, "run_scenarios", stop)
    assert main([COMMAND, "--cache", str(tmp_path)]) == 130
    assert "Interrupted" in capsys.readouterr().err


def test_command_writes_the_record_and_clears_its_blocks(monkeypatch, tmp_path, small):
    monkeypatch.setattr(simulation, "list_scenarios", lambda: small)
    out = tmp_path / "record.csv"
    arguments = ["--trials", "100", "--jobs", "1", "--out", str(out), "--cache", str(tmp_path)]
    assert main([COMMAND, *arguments]) == 0
    assert list(tmp_path.iterdir()) == [out]
    assert set(read_simulation(out)["scenario"]) == {"kapandji.no_change", "family.small"}
    assert out.read_text().splitlines()[0] == SIMULATION_FILE.read_text().splitlines()[0]
