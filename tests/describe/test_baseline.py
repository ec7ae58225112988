import dataclasses

import pandas as pd
import pytest
from small_tables import make_participants

from analysis.describe.baseline import (
    describe_baseline,
    find_background_treatment,
    gather_baseline,
    list_variables,
)
from analysis.describe.coarsen import band_numbers, coarsen_baseline, list_hidden
from analysis.describe.dates import find_season
from analysis.describe.summaries import describe_category, describe_number
from analysis.results import Context, ResultWriter, collect_results
from analysis.study import load_study
from analysis.tables import shape_table

STUDY = load_study()
CONTEXT = Context("baseline", "03_describe", "simulated", "full_analysis")
PEOPLE = make_participants(
    *("P1", "P2", "P3"),
    P1={"age": 41, "sex": "female", "bmi": 21.3, "subset": "diffuse"},
    P2={"age": 58, "sex": "male", "bmi": 19.9, "subset": "limited"},
    P3={"age": 47, "sex": "female", "bmi": 24.0},
)


def texts(rows):
    return collect_results(rows).set_index("result_id")["text"].to_dict()


def number(values):
    return texts(describe_number(ResultWriter(CONTEXT, "x"), pd.Series(values, dtype="float64")))


def category(values):
    sexes = ("female", "male")
    return texts(describe_category(ResultWriter(CONTEXT, "sex"), pd.Series(values), sexes))


def make_medications(*rows):
    names = ["participant_id", "class", "start_date", "end_date", "change"]
    frame = pd.DataFrame(rows, columns=names)
    frame["medication_number"] = range(len(frame))
    return shape_table(frame.assign(name="x"), "medications")


def test_a_number_has_median_and_range_first_and_what_cannot_be_estimated_says_so():
    shown = number([41, 58, 47, None])
    assert shown["baseline.x.median_range"] == "47 (41 to 58)"
    assert shown["baseline.x.mean_sd"] == "48.7 (8.6)"
    assert (shown["baseline.x.n"], shown["baseline.x.n_missing"]) == ("3", "1")
    assert number([41, 46])["baseline.x.median_range"] == "43.5 (41 to 46)"
    assert number([41])["baseline.x.sd"] == "not estimable"
    shown = number([None, None])
    names = ("median", "low", "mean_sd")
    assert {shown[f"baseline.x.{name}"] for name in names} == {"not estimable"}


def test_a_category_counts_only_recorded_values_and_shows_what_nobody_has_as_zero():
    shown = category(["female", "", "male"])
    assert shown["baseline.sex.female.n_share"] == "1 of 2 (50\xa0%)"
    assert shown["baseline.sex.n_missing"] == "1"
    assert category(["female"])["baseline.sex.male.n_share"] == "0 of 1 (0\xa0%)"


@pytest.mark.parametrize(
    ("date", "season"),
    [
        ("2031-12-01", "winter"),
        ("2031-02", "winter"),
        ("2031-03-01", "spring"),
        ("2031-08-31", "summer"),
        ("2031-09-01", "autumn"),
        ("2031", ""),
        ("", ""),
    ],
)
def test_the_season_follows_the_month(date, season):
    assert find_season(pd.Series([date], dtype="str")).tolist() == [season]


@pytest.mark.parametrize(
    ("start", "end", "change", "taken"),
    [
        ("2029", "", "none", "yes"),
        ("2031-03-10", "", "none", "yes"),
        ("2031-03", "", "", "yes"),
        ("2031-03-11", "", "none", "no"),
        ("2029", "2031-03-09", "none", "no"),
        ("2029", "2031-03", "stopped", "yes"),
        ("", "", "none", "yes"),
        ("2031-03", "", "started", "no"),
    ],
)
def test_background_treatment_was_taken_on_the_day_of_the_procedure(start, end, change, taken):
    treatment = find_background_treatment(
        make_medications(("P1", "vasodilator", start, end, change)), PEOPLE, STUDY
    )
    assert treatment["treatment_vasodilator"].tolist() == [taken, "no", "no"]


def test_treatment_is_stable_unless_a_class_of_the_protocol_changed():
    treatment = find_background_treatment(
        make_medications(
            ("P1", "vasodilator", "2029", "", "increased"),
            ("P2", "analgesic", "2031-03-11", "", "started"),
        ),
        PEOPLE,
        STUDY,
    )
    assert treatment["treatment_stable"].tolist() == ["no", "yes", "yes"]


def gather():
    visits = pd.DataFrame(
        {"participant_id": ["P1"], "visit": "baseline", "visit_date": "2031-03-09"}
    ).assign(ulcers_present="yes")
    scores = pd.DataFrame(
        [("P1", "baseline", 5.0), ("P1", "week_12", 4.0)],
        columns=["participant_id", "visit", "score"],
    ).assign(outcome="hand_mrss", variant="primary", component="total", status="complete")
    return gather_baseline(
        PEOPLE,
        shape_table(visits, "visits"),
        make_medications(("P2", "vasodilator", "2029", "", "none")),
        shape_table(scores, "scores"),
        STUDY,
        followup_visit="week_12",
    )


def test_every_variable_is_in_one_row_per_participant():
    frame = gather()
    assert set(frame.columns) == {"participant_id", *(v.name for v in list_variables(STUDY))}
    row = frame.set_index("participant_id").loc["P1"]
    assert (row["season_baseline"], row["season_followup"]) == ("spring", "")
    assert (row["hand_mrss"], row["ulcers_present"]) == (5.0, "yes")
    assert pd.isna(frame.set_index("participant_id").loc["P2", "hand_mrss"])


def test_known_and_missing_values_add_up_to_the_population():
    results = collect_results(describe_baseline(gather(), STUDY, CONTEXT)).set_index("result_id")
    missing = results[results["statistic"] == "n_missing"]
    assert len(missing) == len(list_variables(STUDY))
    assert (missing["value"] + missing["n"] == 3).all()


def test_ages_are_put_into_bands():
    bands = band_numbers(pd.Series([40, 49, 50, None]), 10)
    assert bands.tolist() == ["40–49", "40–49", "50–59", ""]


def test_the_coarse_baseline_leads_to_no_participant():
    coarse = coarsen_baseline(gather(), STUDY)
    shuffled = coarsen_baseline(gather().iloc[[2, 0, 1]], STUDY)
    pd.testing.assert_frame_equal(coarse, shuffled)
    assert coarse["label"].tolist() == ["A", "B", "C"]
    assert coarse["age"].tolist() == ["40–49", "40–49", "50–59"]
    names = {*coarse.columns}
    assert not names & {"participant_id", "height_cm", "weight_kg", "hand_mrss", "season_baseline"}
    # By number, the maps show ulcers and injected hands, and the events show changed treatment.
    assert not names & {"ulcer_history", "ulcers_present", "treated_hands", "treatment_stable"}


def test_what_is_hidden_is_said_and_nothing_if_nothing_is():
    off = dataclasses.replace(STUDY.publication.coarsen_listings, value=False)
    publication = dataclasses.replace(STUDY.publication, coarsen_listings=off)
    assert list_hidden(STUDY)
    assert list_hidden(dataclasses.replace(STUDY, publication=publication)) == ()
