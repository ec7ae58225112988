"""The books: complete, replayable, in balance, and quiet where nothing is wrong."""

from dataclasses import replace

import pandas as pd
import pytest

from analysis.cleaning import clean_export
from analysis.cleaning.dictionary import describe_fields
from analysis.cleaning.export import REDCAP
from analysis.cleaning.reconcile import reconcile_export, replay_changes
from analysis.cleaning.rules import CLEANING_RULES
from analysis.cleaning.structure import key_rows
from analysis.errors import DataError
from analysis.tables import read_table, shape_table, write_table

# Faults of the demonstration that no rule asks about, and those with a rule of another name.
QUIET = {
    "byte_order_mark", "cp949", "unmapped_field", "true_99", "partial_date", "image_unreadable",
}  # fmt: skip
OTHER_NAME = {"side_spelling": "label_for_code"}


def books(cleaned, fields):
    """Return what `reconcile_export` compares, so that a test can tamper with one part of it."""
    return {"wide": dict(cleaned.wide), "tables": dict(cleaned.tables), "fields": fields}


@pytest.fixture(scope="module")
def raw(faulty, study):
    fields = describe_fields(faulty[0], study)
    return {name: file.raw for name, file in key_rows(faulty[0], fields, study).items()}


@pytest.fixture(scope="module")
def fields(faulty, study):
    return describe_fields(faulty[0], study)


def test_a_valid_export_has_no_query_and_no_change_and_the_balance_adds_up_to_every_cell(
    cleaned, faulty, mended
):
    assert cleaned.queries.empty
    assert cleaned.changes.empty
    for line in mended.balance.itertuples():
        table = faulty[0].tables[line.file]
        assert line.rows == len(table) == line.rows_kept + line.rows_set_aside
        assert line.cells == int((table != "").sum().sum())


def test_every_planted_fault_is_in_one_of_the_books_or_declared_quiet(faulty, mended):
    # A fault of many cells of a row (a refused form, a copied one) is one question.
    for (kind, row), cells in faulty[1].groupby(["kind", "row"]):
        if kind not in QUIET:
            rule = OTHER_NAME.get(kind, kind)
            assert rule in CLEANING_RULES
            assert is_changed(mended.changes, rule, row, cells) or is_asked(
                mended.queries, rule, row, cells
            ), (kind, row)


def is_changed(changes, rule, row, cells):
    same = changes[(changes["row"] == row) & changes["field"].isin(cells["field"])]
    return same["rule"].str.split(";").explode().eq(rule).any()


def is_asked(queries, rule, row, cells):
    """A query names participant and visit, or the row of another file."""
    asked = queries[queries["rule"] == rule]
    who, _, rest = row.partition("|")
    visit = rest.partition("_arm_")[0]
    here = asked["participant_id"].eq(who) & asked["visit"].isin([visit, ""])
    here |= asked["form"].str.contains(row, regex=False)
    return (here | (asked["raw_value"].isin(cells["raw_value"]) & asked["raw_value"].ne(""))).any()


def test_what_is_quiet_changes_nothing(faulty, mended):
    quiet = faulty[1][faulty[1]["kind"].isin(QUIET) & (faulty[1]["field"] != "")]
    for fault in quiet.itertuples():
        assert mended.wide[fault.file].at[fault.row, fault.field] == fault.raw_value


def test_conversions_give_the_true_value(faulty, mended):
    planted = faulty[1]
    planted = planted[
        planted["expected"].isin(["converted", "corrected"]) & (planted["field"] != "")
    ]
    for fault in planted[planted["field"] != "record_id"].itertuples():
        found = mended.wide[fault.file].at[fault.row, fault.field]
        assert found == fault.true_value, (fault.kind, fault.row, fault.field)


def test_what_is_set_missing_is_empty_and_says_why(faulty, mended):
    planted = faulty[1]
    planted = planted[(planted["expected"] == "set_missing") & (planted["raw_value"] != "")]
    planted = planted[~planted["field"].str.endswith("_complete")]
    changes = mended.changes.set_index(["row", "field"])
    for fault in planted.itertuples():
        change = changes.loc[(fault.row, fault.field)]
        assert change["clean_value"] == ""
        assert change["missing_reason"] != ""


def test_raw_plus_changes_is_the_cleaned_file(raw, mended):
    for source, frame in raw.items():
        entries = mended.changes[mended.changes["source"] == source]
        pd.testing.assert_frame_equal(
            replay_changes(frame, entries, file=source), mended.wide[source]
        )


@pytest.mark.parametrize(
    ("row", "field", "raw_value"),
    [
        ("SIM-9|week_12", "kap_l", "18"),
        ("SIM-1|week_12", "kap", "18"),
        ("SIM-1|week_12", "kap_l", "8"),
    ],
)
def test_a_change_that_begins_at_no_received_cell_is_an_error(row, field, raw_value):
    received = pd.DataFrame({"kap_l": ["18"]}, index=["SIM-1|week_12"])
    fitting = pd.DataFrame({"row": ["SIM-1|week_12"], "field": ["kap_l"], "raw_value": ["18"]})
    fitting["clean_value"] = ["8"]
    replayed = replay_changes(received, fitting, file="redcap_export.csv")
    assert replayed["kap_l"].tolist() == ["8"]
    wrong = pd.DataFrame(
        {"row": [row], "field": [field], "raw_value": [raw_value], "clean_value": "8"}
    )
    with pytest.raises(DataError) as raised:
        replay_changes(received, wrong, file="redcap_export.csv", hint="Give --raw")
    assert (raised.value.file, raised.value.field) == ("redcap_export.csv", field)
    assert f"row {row} does not hold" in str(raised.value) and "Give --raw" in raised.value.hint


@pytest.mark.parametrize("part", ["wide", "changes", "new_change", "items", "table", "lost_row"])
def test_books_that_were_tampered_with_do_not_balance(part, raw, mended, fields):
    kept = books(mended, fields)
    if part == "wide":
        frame = kept["wide"][REDCAP].copy()
        frame.iloc[5, frame.columns.get_loc("visit_date")] = "2021-01-01"
        kept["wide"][REDCAP] = frame
    elif part == "changes":
        kept["tables"]["changes"] = kept["tables"]["changes"].iloc[1:]
    elif part == "new_change":
        changes = kept["tables"]["changes"]
        extra = changes.iloc[[0]].assign(row="SIM-99|baseline_arm_1|", source=REDCAP)
        kept["tables"]["changes"] = pd.concat([changes, extra])
    elif part == "items":
        items = kept["tables"]["items"].copy()
        items.loc[items["value"].notna().idxmax(), "value"] += 1
        kept["tables"]["items"] = items
    elif part == "table":
        people = kept["tables"]["participants"].copy()
        people.loc[0, "sex"] = {"female": "male", "male": "female"}[people.loc[0, "sex"]]
        kept["tables"]["participants"] = people
    else:
        kept["tables"]["items"] = kept["tables"]["items"].iloc[:-1]
    with pytest.raises(DataError):
        reconcile_export(raw, **kept)


def test_a_query_keeps_its_id_and_a_change_names_it(mended):
    assert mended.queries["query_id"].is_unique
    named = mended.changes.loc[mended.changes["query_id"] != "", "query_id"]
    assert set(named) <= set(mended.queries["query_id"])
    assert len(named) > 10


def test_the_order_of_the_rows_means_nothing(faulty, mended, study):
    tables = {
        name: table.sample(frac=1, random_state=3).reset_index(drop=True)
        if name not in ("redcap_dictionary.csv", "fields.csv")
        else table
        for name, table in faulty[0].tables.items()
    }
    shuffled = clean_export(replace(faulty[0], tables=tables), study)
    for name, table in mended.tables.items():
        pd.testing.assert_frame_equal(shuffled.tables[name], table)


def test_the_tables_are_as_described_and_survive_a_file(mended, tmp_path):
    for name, table in mended.tables.items():
        pd.testing.assert_frame_equal(shape_table(table, name), table)
        write_table(table, name, tmp_path)
        pd.testing.assert_frame_equal(read_table(name, tmp_path), table)
