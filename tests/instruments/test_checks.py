"""What the library refuses, and what it leaves out by declaration."""

import pytest
from instrument_items import (
    STUDY,
    change_study,
    circumference,
    cochin,
    diary,
    field,
    haq,
    join_items,
    mrss,
    shaq,
    write_items,
)

from analysis.errors import DataError
from analysis.instruments.catalogue import check_items
from analysis.instruments.scores import score_items


@pytest.mark.parametrize(
    ("answers", "message"),
    [
        (mrss(1, fingers_right=4), r"SIM-01, visit baseline, field mrss/fingers/right.*0 to 3: 4"),
        (mrss(1, face=1.5), r"mrss/face: the value must be a whole number: 1\.5"),
        (mrss(1) | {"mrss/nose": 1}, r"SIM-01, visit baseline, field mrss/nose: no instrument"),
        ({"mrss/face//2": 1}, "no such repeat"),
        (cochin(1, other_2=6), r"cochin/other_2: the value is outside 0 to 5: 6"),
        (haq(*[0] * 8, eat_2=4), r"haq/eat_2: the value is outside 0 to 3: 4"),
        ({"haq/aid_activities": 1}, r"haq/aid_activities: no instrument .* such an item"),
        (shaq(75, vas_pain=152), r"shaq/vas_pain: the mark at 152 mm lies beyond .* 150 mm"),
        ({"hand_pain/vas": 105, "hand_pain/line_length": 100}, r"vas: the mark at 105 .* 100 mm"),
        ({"kapandji/opposition/left": 11}, r"opposition/left.*0 to 10: 11.*sum of two hands"),
        ({"kapandji/opposition/left": 7.5}, "the value must be a whole number"),
        ({"kapandji/opposition/both": 8}, "no such place"),
        ({"kapandji/flexion/right": 21}, "kapandji/flexion/right: .* outside 0 to 20: 21"),
        ({"kapandji/extension/right": 21}, "kapandji/extension/right: .* outside 0 to 20: 21"),
        ({"kapandji/flexion/right": -1}, "kapandji/flexion/right: .* outside 0 to 20: -1"),
        (field("right_2", loss=3.2), r"capillaroscopy/loss/right_2/reader_a/field_1.*0 to 3: 3\.2"),
        (field("right_1"), "no such place"),
        (diary(4, 5, 46), r"raynaud/rating//03: the value is outside 0 to 10: 46"),
        ({"raynaud/rating//yesterday": 3}, "no such repeat"),
        (circumference(5.6, *[56] * 7), r"right_2: the value is outside 35 to 85: 5\.6.* in cm"),
        ({"digital_ulcers/active//1": 2}, r"digital_ulcers/active//1: .* 0 to 1: 2"),
        (mrss(1) | {"mrss/recorded_total": 18}, r"recorded_total: the .* total 18 .* sum to 17"),
        (
            mrss(0, fingers_right=3, fingers_left=3, thigh_left="not_done")
            | {"mrss/recorded_total": 5},
            "the recorded total 5 contradicts",
        ),
        (cochin(1) | {"cochin/recorded_total": 20}, r"recorded_total: .* total 20 .* sum to 18"),
    ],
)
def test_what_cannot_be_scored_is_refused_with_its_place(answers, message):
    with pytest.raises(DataError, match=message):
        score_items(write_items(answers), STUDY)


def test_an_unknown_instrument_is_refused_unless_declared():
    items = write_items({"sleep_diary/hours": 7})
    with pytest.raises(DataError, match="unscored_instruments in study"):
        check_items(items, STUDY.scoring)
    declared = change_study(unscored_instruments=["sleep_diary"])
    assert check_items(items, declared.scoring).empty


def test_declared_forms_and_fields_without_a_place_are_left_out():
    items = write_items({"laboratory/wbc": 6.1, "local_reaction/pain/fingers": 2})
    assert check_items(items, STUDY.scoring).empty
    items = write_items(mrss(1) | {"mrss/mrss_note": ""})
    items.loc[items["item"] == "mrss_note", "source"] = "redcap_export.csv:mrss:mrss_note"
    assert len(check_items(items, STUDY.scoring)) == 17
    assert score_items(write_items({}), STUDY).empty


def test_the_first_of_several_is_named_and_all_are_counted():
    items = join_items(
        write_items(mrss(1, abdomen=7), visit="week_12"), write_items(mrss(1, abdomen=5))
    )
    with pytest.raises(DataError, match=r"baseline, field mrss/abdomen: .*: 5, as in 2 rows"):
        check_items(items, STUDY.scoring)


def test_an_item_given_twice_is_refused_whatever_its_source():
    items = write_items(mrss(1))
    twice = join_items(items, items[items["item"] == "face"].assign(source="other.csv:form:face"))
    with pytest.raises(DataError, match=r"mrss/face: it is given more than once.*Of face"):
        check_items(twice, STUDY.scoring)


def test_the_same_item_of_two_people_and_visits_is_not_a_repeat():
    items = join_items(
        write_items(mrss(1)),
        write_items(mrss(1), participant="SIM-02"),
        write_items(mrss(1), visit="week_12"),
    )
    assert len(check_items(items, STUDY.scoring)) == 51
