"""The second program agrees with the first, and a result that was altered is named."""

import math

import numpy as np
import pandas as pd
import pytest
from programs import call
from small_tables import PEOPLE, make_pairs, make_scores

from analysis import paths
from analysis.errors import DataError, MissingError
from analysis.results import Context
from analysis.review import qc
from analysis.statistics.checks import APPROXIMATE_ABOVE
from analysis.statistics.efficacy import summarise_efficacy
from analysis.statistics.hodges_lehmann import hodges_lehmann
from analysis.statistics.populations import prepare_pairs
from analysis.statistics.signed_rank import signed_rank
from analysis.study import load_study
from analysis.tables import read_table, write_table

# Seven participants each (statistics: E4 to E7), and one outcome with five.
SCORES = {
    "hand_pain_vas": ([42, 55, 38, 61, 29, 47, 50], [31, 40, 39, 45, 25, 42, 41.5]),
    "hand_mrss": ([8, 6, 10, 7, 9, 5, 11], [6, 6, 7, 6, 8, 6, 9]),
    "cochin_hand_function": ([62, 48, 71, 35, 55, 44, 66], [40, 45, 52, 30, 47, 43, 51]),
    "total_mrss": ([8, 6, 10, 7, 9, 5, 11], [6, 6, 7, 6, 8, 5, 9]),
    "raynaud_condition_score": ([5.2, 6.8, 4.1, 3.3, 7.0], [5.5, 7.1, 4.1, 2.0, 6.5]),
    "finger_circumference": ([55, 56, 53, 51, 57, 54, 52], [54, 56.5, 53, 50, 56, 54, 51]),
}
# SIM-06 has a baseline of Raynaud's condition score, and died before its follow-up.
DEATH = {"participant_id": "SIM-06", "event": "death", "study_day": 40, "source": "x"}
EVENTS = "intercurrent_events"
ASSESSORS = [*["A/A"] * 4, "A/B", "A/", "/"]
SITES = [(item, side) for item in ("hand_dorsum", "fingers") for side in ("right", "left")]


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Processed tables and results of one run, below OUT."""
    outputs = paths.Outputs(tmp_path_factory.mktemp("한글 out"))
    study, people = load_study(), PEOPLE[:7]
    made = [make_pairs(*visits, study.outcome(name)) for name, visits in SCORES.items()]
    pairs = pd.concat(made, ignore_index=True)
    dead = {"participant_id": "SIM-06", "outcome": "raynaud_condition_score", "visit": "baseline"}
    dead |= {"variant": "primary", "component": "total", "score": 6.1, "status": "complete"}
    scores = pd.concat([make_scores(pairs), pd.DataFrame([dead])], ignore_index=True)
    items = [
        {"participant_id": row.participant_id, "visit": row.visit, "instrument": "mrss"}
        | {"item": item, "location": side, "value": (row.score + k) // 4, "source": "x:mrss:y"}
        for row in scores[scores["outcome"] == "hand_mrss"].itertuples()
        for k, (item, side) in enumerate(SITES)
    ]
    tables = {
        "scores": scores,
        "pairs": pairs,
        "items": pd.DataFrame(items),
        "participants": pd.DataFrame(
            {"participant_id": people, "treated_hands": "both", "in_full_analysis": "yes"}
        ),
        "visits": pd.DataFrame(
            {"participant_id": person, "visit": visit, "assessor": assessor}
            for person, assessors in zip(people, ASSESSORS, strict=True)
            for visit, assessor in zip(("baseline", "week_12"), assessors.split("/"), strict=True)
        ),
        EVENTS: pd.DataFrame([DEATH]),
    }
    for name, table in tables.items():
        write_table(table, name, outputs.processed)
    write_table(summarise(outputs), "results", outputs.processed)
    return outputs


def summarise(outputs):
    names = ("pairs", "scores", "visits", EVENTS, "participants")
    tables = {name: read_table(name, outputs.processed) for name in names}
    study, context = load_study(), Context("efficacy", "04_efficacy", "simulated", "full_analysis")
    pairs = prepare_pairs(tables, study)
    return summarise_efficacy(pairs, tables["scores"], tables["participants"], study, context)


@pytest.fixture
def alter(made):
    whole = read_table("results", made.processed)

    def change(result_id, **cells):
        table = whole.copy()
        table.loc[table["result_id"] == result_id, list(cells)] = list(cells.values())
        write_table(table, "results", made.processed)

    yield change
    write_table(whole, "results", made.processed)


@pytest.fixture(scope="module")
def second(made):
    """What R makes of the tables; the alterations below are to the first program's results."""
    return qc.run_second_program(made.processed, "full_analysis", "week_12")


@pytest.mark.needs("Rscript")
def test_both_programs_agree_on_every_result(made):
    lines = []
    qc.check_efficacy(made, tell=lines.append)
    assert lines[0].endswith("agree with the second program, in R.")
    assert int(lines[0].split()[0]) > 200


@pytest.mark.needs("Rscript")
@pytest.mark.parametrize("zeros", ["wilcoxon", "pratt"])
@pytest.mark.parametrize("n", [60, APPROXIMATE_ABOVE, APPROXIMATE_ABOVE + 1])
def test_both_programs_approximate_above_the_same_bound(n, zeros):
    changes = [round(8 * math.sin(k * k)) or 1 for k in range(n)] + [0, 0]
    program = (
        f'source("{qc.PROGRAM.with_name("statistics.R").as_posix()}"); '
        f"BEYOND_SCALES <- 1e6; d <- c({','.join(map(str, changes))}); "
        f'cat(sprintf("%.17g", c(test_signed_rank(d, "{zeros}", 0.05), estimate_hl(d, 0.95))))'
    )
    said = call("Rscript", "--vanilla", "-e", program, check=True).stdout
    test, estimate = signed_rank(changes, zeros=zeros), hodges_lehmann(changes)
    assert [float(value) for value in said.split()] == pytest.approx(
        [
            *(test.n_nonzero, test.p_attainable, test.p_value, test.mid_p),
            *(test.p_largest_rejecting, estimate.estimate, estimate.low, estimate.high),
            estimate.attained,
        ],
        rel=1e-9,
    )


@pytest.mark.needs("Rscript")
def test_both_programs_give_a_death_the_worst_rank(made, second):
    results = read_table("results", made.processed).set_index("result_id")
    start = "efficacy.raynaud_condition_score"
    assert results.loc[f"{start}.hl_high", "text"] == "unbounded"
    assert f"{start}.hl_high" not in second.index
    assert (second[f"{start}.n_deaths"], second[f"{start}.n_pairs"]) == (1, 5)


@pytest.mark.needs("Rscript")
@pytest.mark.parametrize(
    ("result_id", "cells"),
    [
        ("efficacy.hand_mrss.hl", {"value": -1.1}),
        ("efficacy.hand_pain_vas.p_value", {"value": 0.03125 + 1e-8}),
        ("efficacy.hand_mrss.hl_high", {"text": "−0.1"}),
        ("efficacy.total_mrss.max_t_p", {"value": float("nan")}),
        ("efficacy.cochin_hand_function.n_improved", {"value": 6.0, "text": "6"}),
    ],
)
def test_one_altered_result_is_an_error_that_names_it(
    made, alter, second, monkeypatch, result_id, cells
):
    monkeypatch.setattr(qc, "run_second_program", lambda *given: second)
    alter(result_id, **cells)
    lines = []
    with pytest.raises(DataError, match=f"^.*1 of .* differ.*: {result_id}\\. ") as raised:
        qc.check_efficacy(made, tell=lines.append)
    assert raised.value.exit_code == 1
    assert result_id in lines[0]


@pytest.mark.needs("Rscript")
def test_hand_skin_score_comes_from_the_items(made):
    whole = read_table("items", made.processed)
    altered = whole.copy()
    altered.loc[0, "value"] += 1
    write_table(altered, "items", made.processed)
    try:
        with pytest.raises(DataError, match=r"efficacy\.hand_mrss\.baseline_mean"):
            qc.check_efficacy(made, tell=lambda line: None)
    finally:
        write_table(whole, "items", made.processed)


@pytest.mark.needs("Rscript")
def test_results_of_random_patterns_are_named_as_not_compared(tmp_path):
    """Twenty-one people, ten of them with a second outcome: R goes through no patterns."""
    people, before = PEOPLE[:21], np.full(21, 50.0)
    after = before + np.arange(21) % 7 - 4
    names = {"hand_pain_vas": 21, "cochin_hand_function": 10}
    made = [make_pairs(before[:n], after[:n], load_study().outcome(k)) for k, n in names.items()]
    pairs = pd.concat(made, ignore_index=True)
    outputs = paths.Outputs(tmp_path)
    tables = {
        "pairs": pairs,
        "scores": make_scores(pairs),
        "items": pd.DataFrame({"participant_id": [], "value": []}),
        "participants": pd.DataFrame(
            {"participant_id": people, "treated_hands": "both", "in_full_analysis": "yes"}
        ),
    }
    tables |= {name: pd.DataFrame({"participant_id": []}) for name in ("visits", EVENTS)}
    for name, table in tables.items():
        write_table(table, name, outputs.processed)
    write_table(summarise(outputs), "results", outputs.processed)
    lines = []
    qc.check_efficacy(outputs, tell=lines.append)
    assert "not compared" in lines[0]
    for name in ("cochin_hand_function.max_t_p", "hand_pain_vas.max_t_p", "global_test.p_value"):
        assert f"efficacy.{name}" in lines[0]
    assert lines[1].endswith("agree with the second program, in R.")


def test_without_r_the_error_says_how_to_get_it(made, monkeypatch):
    monkeypatch.setattr(qc.shutil, "which", lambda name: None)
    with pytest.raises(MissingError, match="r-cran-exactranktests") as raised:
        qc.check_efficacy(made)
    assert raised.value.exit_code == 3


@pytest.mark.needs("Rscript")
def test_without_an_r_package_the_error_names_it(made, monkeypatch, tmp_path):
    lacking = tmp_path / "efficacy.R"
    lacking.write_text(qc.PROGRAM.read_text().replace('"coin"', '"coinage"'))
    monkeypatch.setattr(qc, "PROGRAM", lacking)
    with pytest.raises(MissingError, match="coinage is not installed"):
        qc.check_efficacy(made)


def test_result_of_one_program_only_differs():
    results = pd.DataFrame({"result_id": ["a", "b"], "value": [1.0, 2.0], "text": ["1.0", "2"]})
    table = qc.compare_programs(results, pd.Series({"b": 2.0, "c": 3.0}))
    assert table["result_id"].tolist() == ["a", "c"]


@pytest.mark.parametrize(
    ("value", "text", "same"),
    [
        (-1.25, "−1.3", True),
        (-1.25, "−1.2", False),
        (0.953125, "at least 95.3\xa0%", True),
        (0.1428, "14\xa0%", True),
        (0.00001, "<\xa00.001", True),
        (0.01, "<\xa00.001", False),
    ],
)
def test_printed_number_is_held_against_the_second_program_too(value, text, same):
    results = pd.DataFrame({"result_id": ["a"], "value": [value], "text": [text]})
    assert qc.compare_programs(results, pd.Series({"a": value})).empty is same
