"""A correction that touches a pair of the primary outcome stands beside the estimate without it."""

from dataclasses import replace

import pandas as pd
import pytest

from analysis.cleaning import clean_export
from analysis.cleaning.corrections import CORRECTION_COLUMNS
from analysis.cleaning.effects import describe_corrections, describe_kept_apart, describe_queries
from analysis.cleaning.export import CORRECTIONS, REDCAP
from analysis.results import Context, collect_results

CONTEXT = Context("cleaning", "01_clean", "simulated", "full_analysis")


def test_queries_are_counted_by_severity_while_open_and_by_answer():
    answers = [("", "error"), ("", "note"), ("confirmed", "error"), ("cannot_answer", "warning")]
    queries = pd.DataFrame(answers, columns=["answer", "severity"])
    counts = {row["statistic"]: row["value"] for row in describe_queries(queries, CONTEXT)}
    assert {name: count for name, count in counts.items() if count} == {
        "n_asked": 4, "n_open": 2, "n_open_error": 1, "n_open_note": 1,
        "n_confirmed": 1, "n_cannot_answer": 1,
    }  # fmt: skip


@pytest.fixture(scope="module")
def corrected(valid, study):
    """Results of an export with a corrected hand, and a pain, which is another outcome."""
    table = valid.tables[REDCAP]
    at = (table["redcap_event_name"] == "week_12_arm_1") & (table["mrss_hand_r"] != "")
    row = table[at].iloc[0]
    wrong = "0" if row["mrss_hand_r"] != "0" else "3"
    lines = pd.DataFrame(
        [
            (REDCAP, f"{row['record_id']}|week_12_arm_1|", field, old, row[field], "r", "b", "d")
            for field, old in (("mrss_hand_r", wrong), ("vas_hand", "1"))
        ],
        columns=list(CORRECTION_COLUMNS),
    )
    received = table.copy()
    received.loc[row.name, ["mrss_hand_r", "vas_hand"]] = [wrong, "1"]
    export = replace(valid, tables=valid.tables | {REDCAP: received, CORRECTIONS: lines})
    rows = describe_corrections(export, clean_export(export, study), study, CONTEXT)
    return collect_results(rows).set_index("result_id"), row, wrong


def test_each_is_stated_with_its_cell_and_the_change_before_and_after(corrected):
    results, row, wrong = corrected
    texts = results["text"].rename(lambda name: name.removeprefix("cleaning.hand_mrss."))
    assert texts["n_corrections"] == "1"
    cell = f"{row['record_id']}|week_12_arm_1| mrss_hand_r: {wrong} to {row['mrss_hand_r']}"
    assert texts["without_1.cell"] == cell
    values = results["value"].rename(lambda name: name.removeprefix("cleaning.hand_mrss."))
    moved = int(wrong) - int(row["mrss_hand_r"])
    assert values["without_1.change_before"] == values["without_1.change_after"] + moved
    for statistic in ("hl", "hl_low", "hl_high"):
        assert values[f"without_1.{statistic}"] == values[f"uncorrected.{statistic}"]
        assert f"corrected.{statistic}" in values


def test_without_one_only_their_number_is_stated(valid, cleaned, study):
    (row,) = describe_corrections(valid, cleaned, study, CONTEXT)
    assert (row["result_id"], row["text"]) == ("cleaning.hand_mrss.n_corrections", "0")


@pytest.mark.parametrize("day, stated", [(50, True), (200, False)])
def test_both_results_are_stated_while_a_date_decides_a_pair(valid, study, day, stated):
    """A loss long before week 12 contradicts that visit; one after it does not."""
    table = valid.tables[REDCAP].copy()
    here = table["record_id"].eq("SIM-03") & table["redcap_event_name"].eq("week_12_arm_1")
    row = table.index[here & table["redcap_repeat_instrument"].eq("")][0]
    treated = table.loc[table["record_id"].eq("SIM-03"), "anaesthesia_start"].max()[:10]
    ended = str((pd.Timestamp(treated) + pd.Timedelta(days=day)).date())
    table.loc[row, ["disp_status", "disp_reason", "disp_date"]] = ["2", "3", ended]
    provenance = replace(valid.provenance, exported_on="2030-01-01")
    export = replace(valid, tables=valid.tables | {REDCAP: table}, provenance=provenance)
    rows = describe_kept_apart(export, clean_export(export, study), study, CONTEXT)
    assert bool(rows) == stated
    if stated:
        results = collect_results(rows).set_index("result_id")["n"]
        assert results["cleaning.hand_mrss.joined.hl"] == results["cleaning.hand_mrss.apart.hl"] + 1
