"""Tables: what is written can be read back, in one order, and nothing unknown gets in."""

import json

import pandas as pd
import pytest

from analysis import paths
from analysis.errors import DataError, MissingError
from analysis.tables import read_table, shape_table, table_schemas, write_table

PAIRS = pd.DataFrame(
    {
        "participant_id": ["SIM-02", "SIM-01"],
        "outcome": "hand_mrss",
        "variant": "primary",
        "component": "total",
        "visit": "week_12",
        "baseline": [8.0, 6.5],
        "followup": [7.0, 6.6],
        "change": [-1.0, 0.1],
        "improvement": [1.0, None],
        "rule": "both_visits",
    }
)
VISITS = pd.DataFrame({"participant_id": ["SIM-01"], "visit": "month_3", "status": "done"})


def test_a_table_reads_back_as_it_was_written_in_the_order_of_its_key(tmp_path):
    write_table(PAIRS, "pairs", tmp_path)
    read = read_table("pairs", tmp_path)
    assert read["participant_id"].tolist() == ["SIM-01", "SIM-02"]
    pd.testing.assert_frame_equal(read, shape_table(PAIRS, "pairs"))


def test_the_order_of_rows_and_columns_does_not_change_a_byte(tmp_path):
    first = write_table(PAIRS, "pairs", tmp_path / "a").read_bytes()
    other = PAIRS.iloc[::-1, ::-1]
    assert write_table(other, "pairs", tmp_path / "b").read_bytes() == first
    assert b"\r" not in first


def test_the_word_none_is_text_and_not_a_missing_value(tmp_path):
    events = pd.DataFrame(
        {"participant_id": ["SIM-01"], "event_number": [1], "term": ["None"], "action": ["NA"]}
    )
    write_table(events, "adverse_events", tmp_path)
    read = read_table("adverse_events", tmp_path)
    assert read[["term", "action", "grade"]].to_numpy(dtype=object).tolist() == [
        ["None", "NA", pd.NA]
    ]


@pytest.mark.parametrize(
    ("column", "value", "message"),
    [("outcome", "", "empty cell.*Fill it in"), ("participant_id", "SIM-01", "two rows.*Keep one")],
)
def test_wrong_cells_are_refused(column, value, message):
    with pytest.raises(DataError, match=message):
        shape_table(PAIRS.assign(**{column: value}), "pairs")


def test_a_value_outside_its_list_and_an_undescribed_column_are_refused():
    with pytest.raises(DataError, match=r"'dome' is not allowed.*Did you mean done"):
        shape_table(VISITS.assign(status="dome"), "visits")
    with pytest.raises(DataError, match=r"no column extra.*datapackage"):
        shape_table(PAIRS.assign(extra=1), "pairs")


def test_a_missing_table_says_how_to_make_it(tmp_path):
    with pytest.raises(MissingError, match="make notebooks"):
        read_table("pairs", tmp_path)


def test_a_number_that_is_none_names_the_file(tmp_path):
    write_table(PAIRS, "pairs", tmp_path)
    path = tmp_path / "pairs.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("6.5", "six"), encoding="utf-8")
    with pytest.raises(DataError, match=r"pairs\.csv"):
        read_table("pairs", tmp_path)


def test_a_file_with_a_wrong_cell_is_named_and_says_how_to_get_it_right(tmp_path):
    path = write_table(VISITS, "visits", tmp_path)
    path.write_text(path.read_text(encoding="utf-8").replace("done", "dome", 1))
    with pytest.raises(DataError, match=r"'dome'.*Run `make notebooks` again") as stop:
        read_table("visits", tmp_path)
    assert (stop.value.file, stop.value.field) == (str(path), "status")


def test_every_column_of_every_table_is_described():
    package = json.loads(paths.TABLE_SCHEMAS.read_text(encoding="utf-8"))
    for resource in package["resources"]:
        fields = resource["schema"]["fields"]
        assert all(field["description"] for field in fields), resource["title"]
        assert set(resource["schema"]["primaryKey"]) <= {field["name"] for field in fields}
        assert resource["path"] == f"{resource['title']}.csv"
    assert set(table_schemas()) >= {"items", "scores", "pairs", "results", "queries", "changes"}
