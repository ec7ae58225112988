"""What the library refuses, and what it leaves out by declaration."""

import pytest
from instrument_items import STUDY, change_study, join_items, mrss, write_items

from analysis.errors import DataError
from analysis.instruments.checks import check_items
from analysis.instruments.scores import score_items


def test_an_unknown_item_of_a_known_instrument_is_refused():
    with pytest.raises(DataError, match=r"SIM-01, visit baseline, field mrss/nose: no instrument"):
        check_items(write_items(mrss(1) | {"mrss/nose": 1}), STUDY.scoring)


def test_an_unknown_instrument_is_refused_unless_declared():
    items = write_items({"sleep_diary/hours": 7})
    with pytest.raises(DataError, match="unscored_instruments in study"):
        check_items(items, STUDY.scoring)
    declared = change_study(unscored_instruments=["sleep_diary"])
    assert check_items(items, declared.scoring).empty


def test_declared_forms_without_a_score_are_left_out():
    items = write_items({"laboratory/wbc": 6.1, "local_reaction/pain/fingers": 2})
    assert check_items(items, STUDY.scoring).empty


def test_a_field_that_is_mapped_nowhere_is_left_out():
    items = write_items(mrss(1) | {"mrss/mrss_note": ""})
    items.loc[items["item"] == "mrss_note", "source"] = "redcap_export.csv:mrss:mrss_note"
    assert len(check_items(items, STUDY.scoring)) == 17


def test_the_first_of_several_is_named_and_all_are_counted():
    items = join_items(
        write_items(mrss(1, abdomen=7), visit="week_12"), write_items(mrss(1, abdomen=5))
    )
    with pytest.raises(DataError, match=r"baseline, field mrss/abdomen: .*: 5, as in 2 rows"):
        check_items(items, STUDY.scoring)


def test_an_item_given_twice_is_refused_whatever_its_source():
    items = write_items(mrss(1))
    twice = join_items(items, items[items["item"] == "face"].assign(source="other.csv:form:face"))
    with pytest.raises(DataError, match=r"mrss/face: it is given more than once"):
        check_items(twice, STUDY.scoring)


def test_the_same_item_of_two_people_and_visits_is_not_a_repeat():
    items = join_items(
        write_items(mrss(1)),
        write_items(mrss(1), participant="SIM-02"),
        write_items(mrss(1), visit="week_12"),
    )
    assert len(check_items(items, STUDY.scoring)) == 51


def test_a_repeat_where_none_is_due_is_refused():
    with pytest.raises(DataError, match="no such repeat"):
        check_items(write_items({"mrss/face//2": 1}), STUDY.scoring)


def test_no_items_give_no_scores():
    assert score_items(write_items({}), STUDY).empty
