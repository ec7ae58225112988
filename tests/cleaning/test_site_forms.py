"""What another site's forms hold instead: boxes, totals, ages, dates, other units, identifiers."""

from dataclasses import replace

import pandas as pd
import pytest

from analysis.cleaning import clean_export
from analysis.cleaning.columns import clean_column
from analysis.cleaning.export import DICTIONARY, MAP, REDCAP
from analysis.cleaning.fields import Field, Place, find_factor
from analysis.cleaning.mapping import parse_places
from analysis.cleaning.origin import check_allowed, check_privacy
from analysis.errors import DataError
from analysis.instruments.haq import merge_boxes
from analysis.instruments.scores import pair_scores, score_items

NAME, FORM, KIND = "Variable / Field Name", "Form Name", "Field Type"
VALIDATION = "Text Validation Type OR Show Slider Number"


def place_field(valid, **cells):
    """Return the places of one more field, `device`."""
    places = valid.tables[MAP]
    row = dict.fromkeys([*places.columns, *cells], "") | {"field": "device"} | cells
    return parse_places(pd.concat([places, pd.DataFrame([row])], ignore_index=True).fillna(""))


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ({"instrument": "haq", "item": "aid_grip", "rule": "any_tick"}, "Did you mean any_ticked"),
        ({"instrument": "haq", "item": "grip_1", "rule": "any_ticked"}, "not made of several"),
        ({"table": "participants", "rule": "any_ticked"}, "not made of several boxes"),
        ({"unit": "cm", "recorded_unit": "stone"}, "'stone' cannot be converted to 'cm'"),
        ({"unit": "", "recorded_unit": "cm"}, "cannot be converted to 'no unit'"),
    ],
)
def test_a_rule_and_a_unit_are_known_ones(valid, cells, said):
    with pytest.raises(DataError, match=said) as stop:
        place_field(valid, **cells)
    assert (stop.value.file, stop.value.field) == (MAP, "device")


@pytest.mark.parametrize(
    ("boxes", "value", "reason"),
    [
        ({"cane": 1, "walker": 0}, 1, ""),
        ({"cane": None, "walker": 1}, 1, ""),
        ({"cane": 0, "walker": 0}, 0, ""),
        ({"cane": 0, "walker": None}, None, "refused"),
    ],
)
def test_any_ticked_box_is_an_aid_and_a_missing_one_is_not_none(boxes, value, reason):
    rows = [
        ("P-1", "baseline", "aid_walking", name, ticked, "refused" if ticked is None else "")
        for name, ticked in boxes.items()
    ]
    columns = ["participant_id", "visit", "item", "occasion", "value", "missing_reason"]
    merged = merge_boxes(pd.DataFrame(rows, columns=columns).astype({"value": "float64"}))
    assert merged["occasion"].tolist() == [""]
    assert merged["value"].dropna().tolist() == ([] if value is None else [value])
    assert merged["missing_reason"].tolist() == [reason]


def test_boxes_for_single_devices_give_the_same_scores(valid, cleaned, study):
    """The aid for walking becomes two boxes, of which the second is the first's repetition."""
    dictionary, places, main = (valid.tables[name].copy() for name in (DICTIONARY, MAP, REDCAP))
    device = dictionary[dictionary[NAME] == "haq_aid"].assign(
        **{NAME: "device", "Choices, Calculations, OR Slider Labels": "1, Cane | 2, Walker"}
    )
    box = places[places["field"] == "haq_aid___4"].assign(rule="any_ticked")
    first, second = (box.assign(field=f"device___{code}") for code in (1, 2))
    main["device___1"] = main["haq_aid___4"]
    main["device___2"] = main["haq_aid___4"].replace("1", "0")
    tables = {
        DICTIONARY: pd.concat([dictionary, device], ignore_index=True),
        MAP: pd.concat(
            [places[places["field"] != "haq_aid___4"], first, second], ignore_index=True
        ).fillna(""),
        REDCAP: main,
    }
    found = clean_export(replace(valid, tables=valid.tables | tables), study).tables["items"]
    kept = found[found["item"] == "aid_walking"]
    assert set(kept["occasion"]) == {"device___1", "device___2"}
    plain = cleaned.tables["items"]
    scores, expected = score_items(found, study), score_items(plain, study)
    pd.testing.assert_frame_equal(scores, expected)
    pd.testing.assert_frame_equal(
        pair_scores(scores, found, study), pair_scores(expected, plain, study)
    )


@pytest.mark.parametrize(
    ("prefix", "total", "outcome"),
    [("mrss", "mrss_total", "total_mrss"), ("chfs", "chfs_total", "cochin_hand_function")],
)
def test_where_only_the_total_is_recorded_it_is_the_score(
    valid, cleaned, study, prefix, total, outcome
):
    def drop(table):
        gone = [name for name in table.columns if name.startswith(f"{prefix}_")]
        if table.columns[0] in (NAME, "field"):
            named = table.iloc[:, 0]
            return table[~(named.str.startswith(f"{prefix}_") & (named != total))]
        return table.drop(columns=[name for name in gone if name != total and name[5].isdigit()])

    names = valid.tables[MAP]["field"]
    parts = [name for name in names if name.startswith(f"{prefix}_") and name != total]
    tables = valid.tables | {
        DICTIONARY: drop(valid.tables[DICTIONARY]),
        MAP: drop(valid.tables[MAP]),
        REDCAP: valid.tables[REDCAP].drop(columns=parts),
    }
    found = clean_export(replace(valid, tables=tables), study)
    assert found.queries.empty
    scores = score_items(found.tables["items"], study)
    primary, expected = (
        each[(each["outcome"] == outcome) & (each["variant"] == "primary")]
        for each in (scores, score_items(cleaned.tables["items"], study))
    )
    whole = primary[primary["component"] == "total"]
    assert set(whole["rule"]) == {"recorded_total_taken"}
    assert set(whole["status"]) == {"complete"}
    assert whole["score"].tolist() == expected.query("component == 'total'")["score"].tolist()
    assert primary[primary["component"] != "total"]["score"].isna().all()
    if prefix == "mrss":
        hand = scores[scores["outcome"] == "hand_mrss"]
        assert set(hand["rule"]) == {"items_not_recorded"}
    pairs = pair_scores(scores, found.tables["items"], study)
    assert (pairs["outcome"] == outcome).sum() >= 7


@pytest.mark.parametrize(
    ("recorded", "wanted", "item", "factor"),
    [
        ("cm", "mm", "", 10),
        ("", "mm", "", 1),
        ("mL", "mL", "", 1),
        ("inches", "cm", "", 2.54),
        ("umol/L", "mg/dL", "creatinine", 1 / 88.42),
        ("µmol/L", "mg/dL", "creatinine", 1 / 88.42),
        ("μmol/L", "mg/dL", "creatinine", 1 / 88.42),
        ("umol/L", "mg/dL", "crp", None),
        ("kg", "cm", "", None),
    ],
)
def test_a_unit_is_converted_where_the_factor_is_known(recorded, wanted, item, factor):
    assert find_factor(recorded, wanted, item) == factor


@pytest.mark.parametrize(
    ("cell", "value"),
    [("5.4", "54"), ("5,4", "54"), ("5.4 cm", "54"), ("54 mm", "54"), ("12", ""), ("<5", "")],
)
def test_a_field_in_centimetres_is_converted_cell_by_cell(cell, value):
    place = Place(instrument="hand_pain", item="vas", unit="mm", recorded_unit="cm")
    field = Field("vas", "pain", "number", low=0, high=10, place=place)
    cells = pd.Series([cell])
    for finding in clean_column(cells, field, latest="2100-01-01"):
        cells.loc[finding.rows] = finding.values
    assert cells[0] == value


def test_a_missing_number_is_judged_in_the_unit_that_is_recorded():
    place = Place(table="participants", column="height_cm", unit="cm", recorded_unit="m")
    field = Field("height", "demographics", "number", low=1, high=2.2, place=place)
    found = clean_column(pd.Series(["99", "1.7"]), field, latest="2100-01-01")
    assert [finding.rule for finding in found] == ["missing_number", "recorded_unit"]
    assert list(found[-1].values) == ["170"]


def change_field(valid, old, new, cells, *, validation="", **place):
    dictionary, places, main = (valid.tables[name].copy() for name in (DICTIONARY, MAP, REDCAP))
    row = dictionary[NAME] == old
    limits = ["Text Validation Min", "Text Validation Max"]
    dictionary.loc[row, [NAME, VALIDATION, *limits]] = [new, validation, "", ""]
    places.loc[places["field"] == old, ["field", *place]] = [new, *place.values()]
    main = main.rename(columns={old: new}).assign(**{new: main[old].map(cells)})
    return replace(valid, tables=valid.tables | {DICTIONARY: dictionary, MAP: places, REDCAP: main})


def test_an_age_in_place_of_a_birth_year_is_the_age(valid, cleaned, study):
    ages = cleaned.tables["participants"].set_index("birth_year")["age"]
    known = {str(year): f"{age}.4" for year, age in ages.items()}
    export = change_field(
        valid, "birth_year", "age_y", lambda cell: known.get(cell, ""), column="age"
    )
    found = clean_export(export, study).tables["participants"]
    pd.testing.assert_series_equal(found["age"], cleaned.tables["participants"]["age"])
    assert found["birth_year"].isna().all()


def test_a_date_in_place_of_a_year_is_its_year(valid, cleaned, study):
    def date(year):
        return f"{year}-03-01" if year else ""

    export = change_field(valid, "first_rp_year", "first_rp", date, validation="date_dmy")
    found = clean_export(export, study)
    pd.testing.assert_frame_equal(found.tables["participants"], cleaned.tables["participants"])
    assert found.queries.empty


def test_a_height_in_metres_is_a_height_in_centimetres(valid, cleaned, study):
    export = change_field(
        valid,
        "height_cm",
        "height_m",
        lambda cell: f"{float(cell) / 100:g}".replace(".", ",") if cell else "",
        validation="number_2dp_comma_decimal",
    )
    places = export.tables[MAP].assign(recorded_unit="")
    places.loc[places["field"] == "height_m", "recorded_unit"] = "m"
    found = clean_export(replace(export, tables=export.tables | {MAP: places}), study)
    pd.testing.assert_frame_equal(found.tables["participants"], cleaned.tables["participants"])
    assert set(found.changes["rule"]) == {"decimal_declared;recorded_unit"}


def flag(field, **place):
    return {field.name: replace(field, identifier=True, place=replace(field.place, **place))}


RECORD = Field("record_id", "visit", "text", place=Place("participants", "participant_id"))
DAY = Field("icf_date", "consent", "date", place=Place("participants", "consent_date"))
NICK = Field("nick", "consent", "text", place=Place())
SIGNED = {"allowed": "rows are joined by it", "approved_by": "Data protection officer"}


@pytest.mark.parametrize("field", [RECORD, DAY])
def test_a_flagged_field_that_is_needed_is_allowed_by_reason_and_name(field):
    tables = {REDCAP: pd.DataFrame({"record_id": ["A-1"], "icf_date": ["2021-01-01"]})}
    with pytest.raises(DataError, match="an identifier of the dictionary") as stop:
        check_privacy(tables, flag(field))
    assert "approved_by" in stop.value.hint
    check_allowed(flag(field, **SIGNED))
    check_privacy(tables, flag(field, **SIGNED))


def test_a_flagged_field_is_not_allowed_without_approval_or_without_need():
    with pytest.raises(DataError, match="nobody has approved"):
        check_allowed(flag(RECORD, allowed="needed"))
    with pytest.raises(DataError, match="no record id, date, age or site"):
        check_allowed(flag(NICK, **SIGNED))
