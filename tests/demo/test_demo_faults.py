"""Every planted fault stands where the list says, and the list is in the README."""

import csv
import io

import pandas as pd
import pytest

from analysis import paths
from analysis.demo.export import make_export
from analysis.demo.planter import row_keys

FILES = ("redcap_export.csv", "raynaud_diary.csv", "capillaroscopy.csv")


@pytest.fixture(scope="module", params=[(7, 2016), (7, 3), (50, 8)], ids=str)
def export(request):
    return make_export(*request.param)


@pytest.fixture(scope="module")
def committed():
    tables = {}
    for name in FILES:
        encoding = "cp949" if name == "capillaroscopy.csv" else "utf-8-sig"
        tables[name] = pd.read_csv(
            paths.RAW / name, dtype="str", keep_default_na=False, encoding=encoding
        )
    return tables


def _find(tables, file):
    table = tables[file]
    return table.set_axis(row_keys(table, file), axis=0)


def test_every_planted_cell_holds_its_raw_value(export):
    keyed = {name: _find(export.tables, name) for name in FILES}
    cells = export.faults[(export.faults["field"] != "") & export.faults["file"].isin(FILES)]
    for fault in cells.itertuples():
        assert keyed[fault.file].at[fault.row, fault.field] == fault.raw_value, fault


def test_the_committed_files_hold_the_committed_faults(committed):
    keyed = {name: _find(committed, name) for name in FILES}
    faults = make_export().faults
    for fault in faults[(faults["field"] != "") & faults["file"].isin(FILES)].itertuples():
        assert keyed[fault.file].at[fault.row, fault.field] == fault.raw_value, fault


def test_every_planted_row_stands_once_but_the_visit_that_is_absent(export):
    whole = export.faults[(export.faults["field"] == "") & (export.faults["row"] != "")]
    assert len(whole) >= 6
    for fault in whole.itertuples():
        times = list(_find(export.tables, fault.file).index).count(fault.row)
        assert times == (0 if fault.kind == "visit_absent" else 1), fault


def test_raw_differs_from_the_true_value_unless_the_fault_is_in_the_context(export):
    in_context = {
        "unmapped_field", "true_99", "copied_forward", "sides_swapped", "ulcer_without_event",
        "never_opened", "out_of_window", "product_below_specification",
    }  # fmt: skip
    cells = export.faults[(export.faults["field"] != "")]
    same = cells[cells["raw_value"] == cells["true_value"]]
    assert set(same["kind"]) <= in_context


def test_many_kinds_of_fault_are_planted_in_every_file():
    faults = make_export().faults
    assert faults["kind"].nunique() >= 40
    assert set(FILES) <= set(faults["file"])
    assert set(faults["expected"]) == {
        "converted", "set_missing", "kept", "set_aside", "corrected",
    }  # fmt: skip


def test_a_clean_export_has_no_fault_no_correction_and_no_field_of_the_sites_own():
    clean = make_export(7, 2016, faults="none")
    assert clean.faults.empty
    assert clean.tables["corrections.csv"].empty
    assert "visit_note" not in clean.tables["redcap_export.csv"]
    records = clean.tables["redcap_export.csv"]["record_id"]
    assert records.str.fullmatch(r"SIM-(?:\d\d|S\d)").all()


def test_used_corrections_hold_the_raw_value_and_the_other_names_no_row(export):
    corrections = export.tables["corrections.csv"]
    found = []
    for correction in corrections.itertuples():
        table = _find(export.tables, correction.source)
        found.append(correction.row in table.index)
        if found[-1]:
            assert table.at[correction.row, correction.field] == correction.old_value
    assert found == [True, True, False]


def test_the_readme_lists_every_cell():
    text = (paths.RAW / "README.md").read_text(encoding="utf-8")
    block = text.split("```csv\n")[1].split("```")[0]
    listed = pd.DataFrame(csv.DictReader(io.StringIO(block)))
    faults = make_export().faults
    pd.testing.assert_frame_equal(listed, faults[listed.columns], check_dtype=False)


def test_faults_leave_at_least_five_pairs_of_every_questionnaire(committed):
    table = committed["redcap_export.csv"]
    filled = {
        "mrss_hand_r": 7, "vas_hand": 7, "kap_r": 7, "kap_l": 7, "chfs_01": 6, "haq_01": 6,
        "vas_overall": 6, "circ_r2": 7,
    }  # fmt: skip
    for field, pairs in filled.items():
        good = table[table[field].str.fullmatch(r"[0-9０-９]+")]
        people = good[good["record_id"].str.fullmatch(r"SIM-\d\d")].groupby("redcap_event_name")
        both = people["record_id"].agg(set)
        assert len(both["baseline_arm_1"] & both["week_12_arm_1"]) == pairs, field
