import pytest
from small_tables import NOT_INJECTED, NOT_TREATED, make_events, make_participants

from analysis.errors import DataError
from analysis.results import Context, collect_results
from analysis.safety.phases import PROCEDURE, PRODUCT, assign_phases, select_emergent
from analysis.safety.times import describe_times
from analysis.study import load_study

PEOPLE = make_participants("P1", "P2", "P3", P2=NOT_INJECTED, P3=NOT_TREATED)


def assign(person="P1", people=PEOPLE, **cells):
    phased = assign_phases(make_events((person, cells)), people, last_day=98).iloc[0]
    return phased["phase"], phased["procedure_emergent"], phased["product_emergent"]


def flag(person="P1", people=PEOPLE, **cells):
    return assign_phases(make_events((person, cells)), people, last_day=98)["phase_flag"].iloc[0]


@pytest.mark.parametrize(
    ("date", "time", "expected"),
    [
        ("2031-02-19", "", ("before_consent", "no", "no")),
        ("2031-02-20", "", ("pre_procedure", "no", "no")),
        ("2031-03-09", "23:59", ("pre_procedure", "no", "no")),
        ("2031-03-10", "08:59", ("pre_procedure", "no", "no")),
        ("2031-03-10", "09:00", ("procedure_emergent", "yes", "no")),
        ("2031-03-10", "10:59", ("procedure_emergent", "yes", "no")),
        ("2031-03-10", "11:00", ("product_emergent", "yes", "yes")),
        ("2031-03-11", "", ("product_emergent", "yes", "yes")),
        ("2031-06-16", "", ("product_emergent", "yes", "yes")),
        ("2031-06-17", "", ("later", "no", "no")),
    ],
    ids=lambda value: str(value),
)
def test_an_event_belongs_to_the_period_in_which_its_minute_lies(date, time, expected):
    assert assign(start_date=date, start_time=time) == expected


def test_without_a_time_on_the_day_of_the_procedure_it_counts_in_both_and_is_flagged():
    assert assign(start_date="2031-03-10") == ("unclear", "yes", "yes")
    assert flag(start_date="2031-03-10") == "start on the day of the procedure without a time"


@pytest.mark.parametrize("date", ["2031-03", "2031", ""])
def test_a_partial_date_that_reaches_the_procedure_counts_in_both_and_is_flagged(date):
    assert assign(start_date=date) == ("unclear", "yes", "yes")
    assert flag(start_date=date) != ""


def test_a_partial_date_that_is_surely_outside_or_had_ended_before_is_not_in_doubt():
    assert assign(start_date="2031-01") == ("before_consent", "no", "no")
    assert assign(start_date="2031-04") == ("product_emergent", "yes", "yes")
    assert assign(start_date="2032") == ("later", "no", "no")
    assert assign(start_date="2031-03", end_date="2031-03-08") == ("pre_procedure", "no", "no")
    assert assign(start_date="", end_date="2031-03-08") == ("pre_procedure", "no", "no")


def test_the_worsening_of_an_earlier_condition_counts_unless_it_had_ended_before():
    began = {"start_date": "2031-03-01", "worsening": "yes"}
    assert assign(**began) == ("unclear", "yes", "yes")
    assert flag(**began) == "worsening of a condition that began before the procedure"
    assert assign(**began, end_date="2031-03-05") == ("pre_procedure", "no", "no")
    assert assign(**{**began, "worsening": "no"}) == ("pre_procedure", "no", "no")


def test_every_event_of_the_period_has_a_time_or_none_that_is_known():
    started = ({"start_date": "2031-03-10"}, {"start_date": "2031-03-20"}, {"start_date": ""})
    worse = {"start_date": "2031-03-01", "start_day": -9, "worsening": "yes"}
    days = (0, 10, None)
    cells = [each | {"start_day": day} for each, day in zip(started, days, strict=True)]
    events = make_events(*(("P1", each) for each in (*cells, worse)))
    phased = assign_phases(events, PEOPLE, last_day=98)
    context = Context("safety", "06_safety", "simulated")
    rows = describe_times(phased, PEOPLE, load_study(), context, visit="week_12")
    counts = collect_results(rows).set_index("result_id")["value"].filter(like=".events")
    assert counts.filter(like="day_unknown").tolist() == [2]
    assert counts.sum() == 4


def test_who_was_not_injected_has_no_product_period_and_who_was_untreated_none():
    assert assign("P2", start_date="2031-03-20") == ("procedure_emergent", "yes", "no")
    assert assign("P2", start_date="2031-03-10") == ("unclear", "yes", "no")
    assert assign("P3", start_date="2031-03-20") == ("pre_procedure", "no", "no")
    assert assign("P3", start_date="") == ("pre_procedure", "no", "no")


def test_without_the_time_of_anaesthesia_its_whole_day_counts_and_is_flagged():
    people = make_participants("P1", P1={"anaesthesia_start": ""})
    day = {"people": people, "start_date": "2031-03-10", "start_time": "08:00"}
    assert assign(**day) == ("unclear", "yes", "no")
    assert flag(**day) == "time of the procedure not recorded"


def test_an_event_of_an_unknown_participant_stops_the_run():
    with pytest.raises(DataError, match=r"P9.*belongs to nobody"):
        assign("P9")


def test_events_are_counted_in_the_population_of_their_period():
    events = assign_phases(
        make_events(
            ("P1", {"start_date": "2031-03-10", "start_time": "10:00"}),
            ("P1", {"start_date": "2031-03-11"}),
            ("P2", {"start_date": "2031-03-11"}),
            ("P3", {"start_date": "2031-03-11"}),
        ),
        PEOPLE,
        last_day=98,
    )
    inside, people = select_emergent(events, PEOPLE, PROCEDURE)
    assert inside["event_number"].tolist() == [1, 2, 3]
    assert people["participant_id"].tolist() == ["P1", "P2"]
    inside, people = select_emergent(events, PEOPLE, PRODUCT)
    assert inside["event_number"].tolist() == [2]
    assert people["participant_id"].tolist() == ["P1"]
