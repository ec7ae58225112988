"""Codes and anchors: what stops before any value is read, and what each code then means."""

from dataclasses import replace

import pandas as pd
import pytest

from analysis.cleaning import clean_export
from analysis.cleaning.columns import clean_column
from analysis.cleaning.dictionary import describe_fields
from analysis.cleaning.export import DICTIONARY, MAP, REDCAP
from analysis.cleaning.fields import Field, Place, parse_codes
from analysis.cleaning.mapping import check_anchors, find_anchors
from analysis.cleaning.reshape import convert_item
from analysis.errors import DataError

CODES = "0, Without | 1, Some | 2, Much | 3, Unable"
ONE_TO_FOUR = "1, Without | 2, Some | 3, Much | 4, Unable"
TURNED = "0, Unable | 1, Much | 2, Some | 3, Without"
ITEM = Place(instrument="haq", item="dress_1", confirmed_by="A person")
LINE = Place(instrument="shaq", item="vas_pain", unit="mm", confirmed_by="A person")
CHOICES = "Choices, Calculations, OR Slider Labels"


def choose(choices, **cells):
    place = replace(ITEM, **({"codes": choices, "best": "0", "worst": "3"} | cells))
    return Field("haq_01", "shaq", "choice", parse_codes(choices), place=place)


def type_number(low, high, **cells):
    return Field("haq_01", "shaq", "integer", low=low, high=high, place=replace(ITEM, **cells))


@pytest.mark.parametrize(
    ("field", "said"),
    [
        (choose(CODES, confirmed_by=" "), "nobody has confirmed"),
        (choose(CODES, codes=""), "the codes are missing"),
        (choose(CODES, codes=ONE_TO_FOUR), "code 0 is 'Without' .*, and was confirmed as absent"),
        (choose(CODES, codes=TURNED), "confirmed as 'Unable'"),
        (choose(ONE_TO_FOUR, best="1", worst="4"), r"code 4 \(Unable\) .* place in haq/dress_1"),
        (choose(CODES + " | 9, Not assessed"), r"code 9 \(Not assessed\) has no place"),
        (choose(CODES, values="0=0|1=1|3=3"), r"code 2 \(Much\) has no place"),
        (choose(CODES, values="0=0|1=2|2=2|3=3"), "two codes have one value"),
        (choose(CODES, best="3", worst="0"), "the best anchor is confirmed as code 3"),
        (choose(CODES, worst=""), "the worst anchor is confirmed as code none"),
        (type_number(1, 4, best="0", worst="3"), "the form allows 1 to 4"),
        (type_number(0, 3, best="1", worst="4"), "best anchor is confirmed as 1"),
        (type_number(0, 3), "best anchor is confirmed as nothing"),
    ],
)
def test_what_is_not_confirmed_as_it_is_stops(study, field, said):
    with pytest.raises(DataError, match=said) as stop:
        check_anchors([field], study.scoring)
    assert (stop.value.file, stop.value.field) == (MAP, "haq_01")
    assert stop.value.hint


@pytest.mark.parametrize(
    "field",
    [
        choose(CODES),
        choose(ONE_TO_FOUR, best="1", worst="4", values="1=0|2=1|3=2|4=3"),
        choose(CODES + " | 9, Not assessed", values="0=0|1=1|2=2|3=3|9=not_done"),
        choose(TURNED, best="3", worst="0", values="0=3|1=2|2=1|3=0"),
        type_number(0, 3, best="0", worst="3"),
        type_number(0, 2, best="0", worst="3"),
    ],
)  # fmt: skip
def test_what_is_confirmed_as_it_is_goes_on(study, field):
    check_anchors([field], study.scoring)


@pytest.mark.parametrize(
    ("place", "ends"),
    [
        (ITEM, (0, 3)),
        (Place(instrument="kapandji", item="opposition"), (10, 0)),
        (Place(instrument="digital_ulcers", item="healed"), (1, 0)),
        (LINE, (0, 150)),
        (Place(instrument="shaq", item="line_length"), None),
        (Place(instrument="capillaroscopy", item="density"), None),
        (Place(instrument="finger_circumference", item="circumference"), None),
        (Place(table="visits", column="smoking"), None),
    ],
)
def test_a_scale_has_a_best_and_a_worst_end_and_a_length_has_none(study, place, ends):
    assert find_anchors(place, study.scoring) == ends


def test_the_end_of_a_line_is_the_length_that_the_plan_says(study):
    field = Field("p", "f", "integer", low=0, high=100, place=replace(LINE, best="0", worst="100"))
    with pytest.raises(DataError, match="worst state at 150") as stop:
        check_anchors([field], study.scoring)
    assert "study.yml" in str(stop.value)


def test_a_code_becomes_the_value_that_it_was_given_or_a_reason():
    field = choose(ONE_TO_FOUR + " | 9, Not assessed", values="1=0|2=1|3=2|4=3|9=not_done")
    cells = pd.Series(["1", "4", "9"])
    found = clean_column(cells, field, latest="2100-01-01")
    assert [(each.rule, list(each.rows), list(each.reason)) for each in found] == [
        ("missing_code", [2], ["not_done"])
    ]
    assert convert_item(cells[:2], field)[0].tolist() == [0, 3]


def code_anew(valid, choices, **mapping):
    """Return an export whose HAQ items have other choices, and the same people's codes plus one."""
    items = [f"haq_{number:02d}" for number in range(1, 21)]
    dictionary, places, main = (valid.tables[name].copy() for name in (DICTIONARY, MAP, REDCAP))
    dictionary.loc[dictionary["Variable / Field Name"].isin(items), CHOICES] = choices
    for column, text in mapping.items():
        places.loc[places["field"].isin(items), column] = text
    main[items] = main[items].replace({"3": "4", "2": "3", "1": "2", "0": "1"})
    return replace(valid, tables=valid.tables | {DICTIONARY: dictionary, MAP: places, REDCAP: main})


def test_codes_of_1_to_4_give_the_items_of_0_to_3(valid, cleaned, study):
    with pytest.raises(DataError, match="code 1 is 'Without' in"):
        clean_export(code_anew(valid, ONE_TO_FOUR), study)
    mapping = {"codes": ONE_TO_FOUR, "best": "1", "worst": "4", "values": "1=0|2=1|3=2|4=3"}
    found = clean_export(code_anew(valid, ONE_TO_FOUR, **mapping), study)
    pd.testing.assert_frame_equal(found.tables["items"], cleaned.tables["items"])


def test_a_typed_code_is_read_by_the_codes_of_fields_csv(valid, study):
    dictionary, places = valid.tables[DICTIONARY].copy(), valid.tables[MAP].copy()
    row = dictionary["Variable / Field Name"] == "haq_01"
    dictionary.loc[row, ["Field Type", CHOICES, "Text Validation Min", "Text Validation Max"]] = [
        "text", "", "1", "4",
    ]  # fmt: skip
    mapping = {"codes": ONE_TO_FOUR, "best": "1", "worst": "4", "values": "1=0|2=1|3=2|4=3"}
    for column, text in mapping.items():
        places.loc[places["field"] == "haq_01", column] = text
    export = replace(valid, tables=valid.tables | {DICTIONARY: dictionary, MAP: places})
    assert describe_fields(export, study)[REDCAP]["haq_01"].kind == "choice"
    places.loc[places["field"] == "haq_01", "codes"] = CODES
    with pytest.raises(DataError, match="code 0 lies beyond the limits of the dictionary"):
        describe_fields(export, study)


def test_fields_csv_without_any_confirmation_says_how_many_lack_it(valid, study):
    places = valid.tables[MAP].drop(columns=["codes", "best", "worst", "confirmed_by"])
    with pytest.raises(DataError, match=r"and those of [0-9]+ more fields"):
        describe_fields(replace(valid, tables=valid.tables | {MAP: places}), study)
