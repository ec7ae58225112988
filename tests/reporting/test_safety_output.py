"""The safety notebooks' tables and figures on the shipped export, and a recount of the raw rows."""

import csv
import re

import pandas as pd
import pytest

from analysis import paths
from analysis.cleaning import clean_export, read_export
from analysis.describe.exposure import (
    check_release,
    derive_exposure,
    describe_exposure,
    describe_release,
)
from analysis.describe.flow import (
    describe_analysed,
    describe_stages,
    describe_visits,
    find_unreconciled,
)
from analysis.reporting.figures.ae_terms import draw_terms
from analysis.reporting.figures.flow import draw_flow
from analysis.reporting.figures.hands import draw_finger_volumes, draw_ulcer_maps
from analysis.reporting.figures.swimmer import draw_swimmer, find_last_days
from analysis.reporting.tables.course import make_medication_table, make_narrative_table
from analysis.reporting.tables.exposure import make_exposure_table, make_release_table
from analysis.reporting.tables.harms import (
    make_grade_table,
    make_listing_table,
    make_overview_table,
    make_relation_table,
    make_serious_table,
    make_term_table,
)
from analysis.reporting.tables.participants import make_flow_table
from analysis.results import Context, collect_results
from analysis.safety.adverse_events import tabulate_adverse_events
from analysis.safety.phases import assign_phases
from analysis.safety.tolerability import list_ulcers
from analysis.study import load_study
from analysis.tables import shape_table

STUDY = load_study()
LAST_DAY = STUDY.visit("week_12").high


@pytest.fixture(scope="module")
def tables():
    return clean_export(read_export(paths.RAW), STUDY).tables


@pytest.fixture(scope="module")
def events(tables):
    return assign_phases(tables["adverse_events"], tables["participants"], last_day=LAST_DAY)


@pytest.fixture(scope="module")
def results(tables, events):
    context = Context("safety", "06_safety", "simulated")
    counts = tabulate_adverse_events(events, tables["participants"], context)
    context = Context("flow", "03_describe", "simulated")
    people, ended = tables["participants"], tables["disposition"]
    none = pd.DataFrame({"participant_id": []})
    flow = [
        *describe_stages(people, ended, STUDY, context),
        *describe_visits(
            people, tables["visits"], ended, STUDY, context, population="full_analysis"
        ),
        *describe_analysed(
            people[people["in_full_analysis"] == "yes"],
            shape_table(none, "scores"),
            shape_table(none, "pairs"),
            STUDY,
            context,
            followup_visit="week_12",
        ),
    ]
    exposed = derive_exposure(tables["procedures"])
    exposure = Context("exposure", "03_describe", "simulated", "procedure_safety")
    rows = describe_exposure(exposed, exposure)
    rows += describe_release(check_release(exposed, STUDY.specification), exposure)
    return collect_results([counts, *flow, *rows])


def printed_results(table):
    """Return the results that a table prints: text by id."""
    found = re.findall(r'data-result="([^"]+)">([^<]*)<', table.to_html())
    return dict(found)


def read_raw_events():
    """Read the adverse events of the export with nothing but the standard library."""
    with open(paths.RAW / "redcap_export.csv", encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    starts = {
        row["record_id"]: row["anaesthesia_start"] for row in rows if row["anaesthesia_start"]
    }
    found = [row for row in rows if row["redcap_repeat_instrument"] == "adverse_event"]
    return starts, [{name: text.strip() for name, text in row.items()} for row in found]


def has_begun_before(row, starts):
    """Say whether a raw event surely began before anaesthesia; an unclear date never does."""
    day = starts[row["record_id"]][:10]
    whole = re.fullmatch(r"\d{4}-\d\d-\d\d", row["ae_start"])
    if whole and row["ae_start"] != day:
        return row["ae_start"] < day
    clock = re.fullmatch(r"\d\d:\d\d", row["ae_start_time"])
    if whole and clock:
        return row["ae_start_time"] < starts[row["record_id"]][11:]
    return bool(re.fullmatch(r"\d{4}-\d\d-\d\d", row["ae_stop"])) and row["ae_stop"] < day


def test_the_counts_agree_with_a_recount_of_the_raw_rows(results):
    starts, raw = read_raw_events()
    counted = [row for row in raw if not has_begun_before(row, starts)]

    def count(rows):
        return len({row["record_id"] for row in rows}), len(rows)

    related = {"2", "3", "4", "Possible", "Probable", "Definite"}
    expected = {"any": count(counted), "serious": (0, 0), "withdrawal": (0, 0)}
    for name, field in (("liposuction", "lipo"), ("injection", "inj"), ("product", "product")):
        rows = [row for row in counted if row[f"ae_rel_{field}"] in related]
        expected[f"related_{name}"] = count(rows)
    values = results.set_index("result_id")["value"]
    for name, pair in expected.items():
        assert (values[f"safety.{name}.n"], values[f"safety.{name}.events"]) == pair, name
    terms = {row["ae_coded"] for row in counted}
    for term in terms:
        rows = [row for row in counted if row["ae_coded"] == term]
        slug = f"safety.term.{rows[0]['ae_class'].lower().replace(' ', '_')}"
        slug += "." + term.lower().replace(" ", "_")
        assert (values[f"{slug}.n"], values[f"{slug}.events"]) == count(rows), term


def test_every_raw_event_is_listed(events):
    _, raw = read_raw_events()
    table = make_listing_table(events, coarsen=True)
    assert sum(len(row) > 1 for row in table.rows) == len(raw)


def test_every_denominator_reconciles_with_the_flow(results):
    assert find_unreconciled(results).empty


def test_tables_print_results_and_nothing_else_that_counts(tables, events, results):
    people = tables["participants"]
    texts = results.set_index("result_id")["text"].to_dict()
    made = [make_overview_table(results, STUDY), make_flow_table(results, STUDY)]
    made.append(make_term_table(events, people, results, STUDY))
    made += [make(events, people, results) for make in (make_grade_table, make_relation_table)]
    for table in made:
        printed = printed_results(table)
        assert printed
        assert {name: texts[name] for name in printed} == printed
        # What leads to no result holds no digit, save headings, grades and rules.
        loose = [
            cell
            for row in table.rows
            for cell in row[1:]
            if isinstance(cell, str) and re.search(r"\d", cell)
        ]
        assert [text for text in loose if "week 12" not in text] == []


def test_without_serious_events_the_table_says_so_with_the_upper_bound(events, results):
    table = make_serious_table(events[events["serious"] == "yes"], results, coarsen=True)
    assert table.rows[0][0] == "None reported"
    assert any("0 of 7; upper bound 41\xa0%" in note for note in table.notes)


def test_out_of_specification_is_flagged(tables, results):
    checks = check_release(derive_exposure(tables["procedures"]), STUDY.specification)
    outside = checks[checks["state"] == "outside"]
    text = make_release_table(checks, results).to_html()
    assert len(outside) and text.count("(out of specification)") == len(outside)


def test_volumes_that_contradict_each_other_are_marked_and_leave_no_dose(tables, results):
    exposed = derive_exposure(tables["procedures"])
    people = exposed.loc[exposed["volumes_add_up"] == "no", "participant_id"].tolist()
    assert people == ["SIM-04"]
    checks = check_release(exposed, STUDY.specification)
    assert make_release_table(checks, results).to_html().count("no (contradiction)") == 1
    table = make_exposure_table(exposed, results, coarsen=True)
    place = table.columns.index("SIM-04")
    rows = {row[0]: row for row in table.rows if len(row) > 1}
    assert rows["Nucleated cells per injected finger, 10⁶"][place] == "–"
    assert re.fullmatch(r"[0-9.]+", rows["Right 2"][place])
    assert "More was injected than prepared, by the record, in SIM-04: no dose" in table.to_html()
    exposed.loc[exposed["participant_id"] == "SIM-04", "final_volume_ml"] = 9.0
    html = make_exposure_table(exposed, results, coarsen=True).to_html()
    assert "The fingers do not sum to the total, by the record, in SIM-04: no dose" in html
    without = exposed[exposed["participant_id"] != "SIM-04"]
    assert "no dose" not in make_exposure_table(without, results, coarsen=True).to_html()


def test_the_exposure_of_many_participants_shows_the_summary_only(tables, results):
    many = pd.concat([derive_exposure(tables["procedures"])] * 2)
    table = make_exposure_table(many, results, coarsen=True)
    assert table.columns == ("", "Median (range), or participants")
    counted = {row[0]: row[1] for row in table.rows if len(row) == 2}
    assert re.fullmatch(r"[\w ()-]+: \d+.*", counted["Gram stain"])
    assert {len(row) for row in table.rows} == {1, 2}


@pytest.mark.parametrize("column", ["enzyme_lot", "operator", "procedure_date"])
def test_publication_hides_date_operator_and_lot(tables, results, column):
    exposed = derive_exposure(tables["procedures"])
    text = f">{exposed[column].iloc[0]}<"
    assert text not in make_exposure_table(exposed, results, coarsen=True).to_html()
    assert text in make_exposure_table(exposed, results, coarsen=False).to_html()


def test_figures_say_in_words_what_they_show(tables, events, results):
    people, visits = tables["participants"], tables["visits"]
    treated = people[people["in_procedure_safety"] == "yes"]
    both = {"before": STUDY.visit("baseline"), "after": STUDY.visit("week_12")}
    drawn = [
        draw_flow(results, STUDY, followup_visit="week_12"),
        draw_swimmer(events, people, visits, tables["disposition"]),
        draw_terms(events, people, confidence=0.95),
        draw_finger_volumes(derive_exposure(tables["procedures"])),
        draw_ulcer_maps(list_ulcers(tables["items"], treated), visits, treated, **both),
    ]
    flow, swimmer, terms, volumes, ulcers = (alt for _, alt in drawn)
    assert "Screened: 8. Not enrolled: 1; Body mass index below 17 (1). Enrolled: 7." in flow
    counts = events.groupby("participant_id").size()
    assert all(f"{person} {n}" in swimmer for person, n in counts.items())
    values = results.set_index("result_id")["value"]
    n = int(values["safety.term.musculoskeletal.finger_pain.n"])
    assert f"Finger pain {n} of 7" in terms
    assert all(person in volumes and person in ulcers for person in treated["participant_id"])


def test_a_medication_started_on_an_unknown_day_may_have_been_after_the_procedure():
    columns = ["participant_id", "medication_number", "name", "class", "change", "change_day"]
    rows = [("A", 1, "A1", "other", "started", day) for day in (None, -1, 0)]
    rows = [(*row[:1], number, *row[2:]) for number, row in enumerate(rows, start=1)]
    medications = shape_table(pd.DataFrame(rows, columns=columns), "medications")
    shown = [(row[2], row[-1]) for row in make_medication_table(medications).rows]
    assert shown == [("–", "not known"), ("–", "0")]


def test_nobodys_course_runs_past_the_end_of_participation():
    """A visit on day 119 is in doubt where participation ended on day 83."""
    visits = pd.DataFrame({"participant_id": ["A", "A", "B"], "study_day": [83, 119, 85]})
    ended = pd.DataFrame({"participant_id": ["A", "B"], "study_day": [83, None]})
    assert find_last_days(visits, ended).to_dict() == {"A": 83, "B": 85}


def test_a_serious_event_bears_a_ring_and_the_key_explains_it(tables, events):
    serious = events.assign(serious=["yes", *["no"] * (len(events) - 1)])
    people, visits = tables["participants"], tables["visits"]
    planned = serious.assign(serious_criterion="hospitalisation", planned_stay="yes")
    for drawn, n in ((events, 0), (serious, 1), (planned, 0)):
        figure, alt = draw_swimmer(drawn, people, visits, tables["disposition"])
        words = [text.get_text() for text in figure.legends[0].get_texts()]
        assert ("serious" in words) is bool(n)
        assert alt.endswith(f"Serious: {n}.")
        said = make_narrative_table(drawn, STUDY).rows[0][0]
        assert said == ("None written" if n else "No serious event")


def test_a_late_visit_is_not_drawn_among_the_events_whose_day_is_not_known(tables, events):
    people, visits = tables["participants"], tables["visits"]
    figure, _ = draw_swimmer(events, people, visits, tables["disposition"])
    (unknown,) = (
        tick.get_position()[0]
        for tick in figure.axes[0].get_xticklabels()
        if "known" in tick.get_text()
    )
    assert unknown > visits["study_day"].max()


def test_ulcers_of_a_visit_without_an_assessment_are_not_known(tables):
    people, visits = tables["participants"], tables["visits"]
    treated = people[people["in_procedure_safety"] == "yes"]
    there = ~(visits["participant_id"].eq("SIM-01") & visits["visit"].eq("week_12"))
    items = tables["items"]
    kept = ~(items["participant_id"].eq("SIM-01") & items["visit"].eq("week_12"))
    both = {"before": STUDY.visit("baseline"), "after": STUDY.visit("week_12")}
    ulcers = list_ulcers(items[kept], treated)
    figure, alt = draw_ulcer_maps(ulcers, visits[there], treated, **both)
    assert re.search(r"SIM-01 \d and not known;", alt)
    # The key names what is drawn, and nothing else.
    drawn = {text.get_text() for axes in figure.axes for text in axes.texts}
    names = {text.get_text() for text in figure.axes[-2].get_legend().get_texts()}
    assert ("?: number not known" in names) == any("?" in text for text in drawn)
    figure, _ = draw_ulcer_maps(ulcers.iloc[:0], visits[there], treated, **both)
    assert not figure.axes[-2].get_legend().get_texts()


def test_nobody_is_drawn_as_nobody(tables, events):
    nobody = tables["participants"].iloc[:0]
    _, alt = draw_swimmer(events, nobody, tables["visits"], tables["disposition"])
    assert alt == "Nobody who was enrolled had the procedure, so that no time line is drawn."
    _, alt = draw_finger_volumes(derive_exposure(tables["procedures"]).iloc[:0])
    assert alt.endswith("with the volume injected: nobody.")


def test_without_any_event_every_figure_and_table_still_stands(tables, events):
    none, people = events.iloc[:0], tables["participants"]
    results = tabulate_adverse_events(none, people, Context("safety", "06_safety", "simulated"))
    terms = make_term_table(none, people, results, STUDY)
    assert (terms.rows[0][0], len(terms.notes)) == ("No adverse event", 2)
    assert make_listing_table(none, coarsen=True).rows[0][0] == "None reported"
    make_grade_table(none, people, results)
    make_relation_table(none, people, results)
    for _, alt in (
        draw_swimmer(none, people, tables["visits"], tables["disposition"]),
        draw_terms(none, people, confidence=0.95),
    ):
        assert alt


def test_too_many_participants_for_a_figure_are_summarised_and_it_says_so(tables, events):
    people, visits, ends = (tables[name] for name in ("participants", "visits", "disposition"))
    treated = people[people["in_procedure_safety"] == "yes"]
    numbers = [f"-{number:02}" for number in range(70)]

    def repeat(frame):
        names = frame["participant_id"]
        return pd.concat([frame.assign(participant_id=names + number) for number in numbers])

    ulcers = list_ulcers(repeat(tables["items"]), repeat(treated))
    both = {"before": STUDY.visit("baseline"), "after": STUDY.visit("week_12")}
    for figure, alt in (
        draw_finger_volumes(repeat(derive_exposure(tables["procedures"]))),
        draw_ulcer_maps(ulcers, repeat(visits), repeat(treated), **both),
        draw_swimmer(repeat(events), repeat(people), repeat(visits), repeat(ends)),
    ):
        assert figure.get_figheight() < 5
        assert "490 participants are too many to show singly" in alt
        assert len(alt) < 400
