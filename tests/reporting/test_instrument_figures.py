"""Distributions, item heat maps, days of visits, and cards."""

import pandas as pd
import pytest

from analysis.instruments.haq import HAQ_ITEMS
from analysis.instruments.scores import score_items
from analysis.reporting.figures.scores import draw_distributions, draw_item_heatmap
from analysis.reporting.figures.visits import draw_visit_windows
from analysis.reporting.tables.instrument_cards import make_cards_table
from analysis.study import load_study
from analysis.tables import shape_table

STUDY = load_study()


@pytest.fixture
def items():
    rows = [
        (person, visit, "kapandji", "opposition", side, value)
        for person, value in (("SIM-01", 10), ("SIM-02", 7))
        for visit in ("baseline", "week_12")
        for side in ("right", "left")
    ]
    rows += [("SIM-01", "baseline", "haq", item, "", 1) for item in HAQ_ITEMS[1:]]
    rows += [("SIM-01", "baseline", "haq", HAQ_ITEMS[0], "", None)]
    columns = ["participant_id", "visit", "instrument", "item", "location", "value"]
    frame = pd.DataFrame(rows, columns=columns).assign(source="export.csv:form:field")
    frame["missing_reason"] = frame["value"].isna().map({True: "not_done", False: ""})
    return shape_table(frame, "items")


def read_key(figure):
    return [text.get_text() for text in figure.legends[0].get_texts()]


def test_the_distributions_name_the_outcomes_with_someone_at_a_limit(items):
    figure, alt = draw_distributions(score_items(items, STUDY), STUDY)
    assert alt.endswith("occur in Kapandji opposition.")
    titles = [axes.get_title(loc="left") for axes in figure.axes if axes.get_visible()]
    assert titles == [outcome.label for outcome in STUDY.outcomes]
    assert read_key(figure) == ["score of a participant", "score at the upper limit"]


def test_the_heat_map_has_a_row_per_item_and_names_what_is_blank(items):
    figure, alt = draw_item_heatmap(items, STUDY, visit="week_12")
    assert alt.endswith("occur in Health Assessment Questionnaire, disability index.")
    rows = [len(axes.get_yticks()) for axes in figure.axes[:6]]
    assert rows == [17, 17, 18, 18, 20, 20]
    baseline = figure.axes[4].collections[0].get_array().reshape(20, -1)
    assert baseline[1, 0] == pytest.approx(1 / 3)
    assert baseline.mask[0, 0]
    assert baseline.mask[:, 1].all()
    assert read_key(figure) == ["not recorded", "left blank on a form that was filled in"]
    answered = items[items["value"].notna()]
    figure, _ = draw_item_heatmap(answered, STUDY, visit="week_12")
    assert read_key(figure) == ["not recorded"]


@pytest.mark.parametrize(
    ("inside", "named"),
    [
        (["yes", "yes"], ["visit in its window"]),
        (["no", "no"], ["visit outside its window"]),
        (["no", "yes"], ["visit in its window", "visit outside its window"]),
    ],
)
def test_the_key_of_the_visits_names_the_marks_that_are_drawn(inside, named):
    visits = {"participant_id": ["A", "B"], "visit": "week_12", "study_day": [84, 85]}
    visits = shape_table(pd.DataFrame(visits).assign(in_window=inside), "visits")
    figure, _ = draw_visit_windows(visits, STUDY)
    assert read_key(figure) == named


def test_the_cards_are_those_of_the_library_and_name_items_with_the_same_limits_together():
    table = make_cards_table(STUDY)
    headings = [row[0] for row in table.rows if len(row) == 1]
    assert headings[0] == "Modified Rodnan skin score (mrss)"
    assert len(headings) == 10
    cells = dict(row for row in table.rows[1:] if len(row) == 2)
    assert {"Rating", "Items", "Scoring", "Scores", "Thresholds"} <= set(cells)
    table = make_cards_table(STUDY)
    items = dict(table.rows[1:8])["Items"]
    assert items.startswith("Face; anterior chest; abdomen (0 to 3). Upper arm; forearm;")
    assert "(0 to 3, right and left)" in items


def test_a_limit_that_the_plan_sets_stands_in_the_card_as_a_number():
    items = [row[1] for row in make_cards_table(STUDY).rows if row[0] == "Items"]
    assert items[1] == "Rating of a day; rating at the visit (0 to 10)"
