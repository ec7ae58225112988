"""A number is followed back to the cells it was made from, and to no others."""

import re
import shutil

import numpy as np
import pandas as pd
import pytest

import analysis
from analysis import load, paths
from analysis.__main__ import main
from analysis.errors import MissingError, UsageError
from analysis.trail.cells import locate_items
from analysis.trail.scores import find_items
from analysis.trail.trial import read_rows


@pytest.fixture(scope="module")
def located(trial):
    return locate_items(trial.items, trial)


def test_every_item_has_its_raw_cell(trial, located):
    assert len(located) == len(trial.items)
    assert (located["row"] != "").all() and located["row"].notna().all()
    assert not located.duplicated(["file", "row", "field"]).any()


def test_an_unchanged_number_stands_in_its_raw_cell(trial, located):
    changed = trial.changes.rename(columns={"source": "file"})[["file", "row", "field"]]
    rest = located.merge(changed, on=["file", "row", "field"], how="left", indicator=True)
    rest = rest[(rest["_merge"] == "left_only") & rest["value"].notna()]
    raw = pd.to_numeric(rest["raw_value"], errors="coerce")
    assert len(rest) > 4000
    assert np.isclose(raw, rest["value"]).all()


def test_a_corrected_cell_is_shown_as_received(trial):
    trail = trial.explain("efficacy.kapandji.hl", participant="SIM-05")
    cell = trail.step("items").set_index("field").loc["kap_l"].set_index("visit").loc["week_12"]
    assert (cell["value"], cell["raw_value"]) == (8, "18")
    change = trail.step("changes").iloc[0]
    assert (change["field"], change["rule"], change["clean_value"]) == ("kap_l", "correction", "8")


def test_the_items_of_a_sum_are_its_terms(trial):
    trail = trial.explain("efficacy.hand_mrss.hl")
    sums = trail.step("items").groupby(["participant_id", "visit"])["value"].sum()
    scores = trail.step("scores").set_index(["participant_id", "visit"])["score"]
    pd.testing.assert_series_equal(sums, scores.sort_index(), check_names=False)
    changes = trail.step("pairs")["change"]
    assert changes.mean() == pytest.approx(
        trial.explain("efficacy.hand_mrss.mean_change").result["value"]
    )


def test_a_component_and_a_derived_column_lead_to_their_own_cells_only(trial):
    items = trial.explain("efficacy.kapandji.right.hl").step("items")
    assert set(items["location"]) == {"right"} and set(items["item"]) == {"opposition"}
    cells = trial.explain("baseline.age.median").step("raw cells")
    assert set(cells["field"]) == {"birth_year", "icf_date"}


@pytest.mark.parametrize("outcome", ["shaq", "finger_circumference", "hand_pain_vas"])
def test_items_that_are_not_behind_a_score_do_not_change_it(trial, outcome):
    from analysis.instruments.scores import score_items

    study, items = trial.study, trial.items
    scores = trial.scores
    chosen = scores[
        (scores["outcome"] == outcome)
        & (scores["variant"] == "primary")
        & (scores["component"] == "total")
        & (scores["visit"] == "baseline")
    ]
    behind = find_items(chosen, items, study)
    kept = [*chosen.columns]
    again = score_items(behind, study).merge(chosen[["participant_id", "visit"]])
    again = again.merge(chosen[["outcome", "variant", "component"]].drop_duplicates())
    pd.testing.assert_frame_equal(
        again[kept].reset_index(drop=True), chosen.reset_index(drop=True), check_dtype=False
    )


@pytest.mark.parametrize(
    ("result_id", "step"),
    [
        ("safety.any.events", "adverse_events"),
        ("safety.term.skin.finger_swelling.events", "adverse_events"),
        ("safety.any.product_emergent.events", "adverse_events"),
        ("safety.related_injection.probable.events", "adverse_events"),
        ("flow.not_per_protocol.n", "disposition"),
        ("cleaning.queries.n_open", "queries"),
        ("cleaning.queries.n_open_error", "queries"),
    ],
)
def test_as_many_rows_are_shown_as_are_counted(trial, result_id, step):
    trail = trial.explain(result_id)
    assert len(trail.step(step)) == trail.result["value"] > 0


def test_every_result_has_a_trail(trial):
    ids = trial.results["result_id"]
    families = ids.str.replace(r"\.[^.]+$", "", regex=True)
    simple = families[~ids.str.contains("capillaroscopy|shaq|cochin")]
    for result_id in ids[simple.drop_duplicates().index][::6]:
        assert str(trial.explain(result_id)).startswith(result_id)


def test_an_unknown_result_names_the_nearest(trial):
    with pytest.raises(UsageError, match=r"efficacy\.hand_mrss\.hl"):
        trial.explain("efficacy.hand_mrs.hl")


def test_the_command_prints_the_whole_trail(trial, capsys, monkeypatch):
    monkeypatch.setattr("analysis.trail.explain.load", lambda *_, **__: trial)
    assert main(["explain", "efficacy.hand_mrss.hl"]) == 0
    printed = capsys.readouterr().out
    heads = re.findall(r"^(Pairs|Scores|Items|Changes|Queries) \(", printed, re.MULTILINE)
    assert heads == ["Pairs", "Scores", "Items", "Changes", "Queries"]
    assert "SIM-01|baseline_arm_1|" in printed and "report/notebooks/04_efficacy.ipynb" in printed
    assert main(["explain", "efficacy.hand_mrss"]) == 2


def test_without_a_run_the_command_says_what_to_do(tmp_path, capsys):
    assert main(["explain", "efficacy.hand_mrss.hl", "--out", str(tmp_path)]) == 3
    assert "make notebooks" in capsys.readouterr().err


def test_tables_are_typed_and_their_own(trial):
    first = trial.scores
    first["score"] = 0.0
    assert trial.scores["score"].dtype == "float64" and trial.scores["score"].max() > 0
    with pytest.raises(AttributeError, match="Did you mean scores"):
        trial.score  # noqa: B018
    with pytest.raises(AttributeError, match=r"Known: .*describe, .*scores"):
        trial.xyz  # noqa: B018
    assert {"scores", "pairs", "results", "describe"} <= set(dir(trial))


def test_columns_are_described(trial):
    described = trial.describe("scores").set_index("column")
    assert described.loc["outcome", "key"] and not described.loc["score", "key"]
    assert described.loc["status", "values"] == "complete, prorated, missing"
    with pytest.raises(UsageError, match="Did you mean scores"):
        trial.describe("score")
    with pytest.raises(UsageError, match=r"Known: .*scores, "):
        trial.describe("xyz")


def test_opening_a_trial_reads_nothing_and_its_name_is_offered_by_completion(tmp_path):
    assert load(tmp_path).processed == tmp_path
    assert "load" in dir(analysis)


def test_before_a_run_everything_says_what_to_do_next(tmp_path):
    trial = load(tmp_path)
    for ask in (
        lambda: trial.scores,
        lambda: trial.provenance,
        lambda: trial.explain("efficacy.hand_mrss.hl"),
    ):
        with pytest.raises(MissingError, match="Run `make notebooks`"):
            ask()
    assert "participant_id" in trial.describe("scores")["column"].tolist()


def test_the_changes_make_the_cleaned_rows(trial):
    rows = read_rows(paths.RAW, trial.changes, trial.study)
    change = trial.changes[trial.changes["field"] != ""].iloc[0]
    source, cell = change["source"], (change["row"], change["field"])
    assert rows.cleaned[source].at[cell] == change["clean_value"]
    assert rows.received[source].at[cell] == change["raw_value"]


def test_the_tables_of_one_export_are_not_followed_into_another(
    trial, tmp_path, capsys, monkeypatch
):
    other = tmp_path / "other"
    shutil.copytree(paths.RAW, other, ignore=shutil.ignore_patterns("SHA256SUMS"))
    diary = other / "raynaud_diary.csv"
    lines = diary.read_text(encoding="utf-8").splitlines(keepends=True)
    aside = [line for line in lines if not line.startswith("SIM-02,2021-05-09,23:59")]
    assert len(aside) == len(lines) - 1
    diary.write_text("".join(aside), encoding="utf-8")
    mixed = load(trial.processed, raw=other)
    monkeypatch.setattr("analysis.trail.explain.load", lambda *_, **__: mixed)
    assert main(["explain", "efficacy.hand_mrss.hl"]) == 1
    printed = capsys.readouterr().err
    assert str(diary) in printed and "row SIM-02|2021-05-09|23:59 does not hold" in printed
    assert "Give --raw" in printed
