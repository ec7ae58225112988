"""Events, visits and columns as a site's database has them."""

from dataclasses import replace

import pandas as pd
import pandas.testing as pdt

from analysis.cleaning import clean_export
from analysis.cleaning.export import REDCAP
from analysis.cleaning.structure import EVENT, name_visit

# Truncated, without its Hangul, with a letter after the arm: read as they are, never built.
EVENTS = {
    "screening": "screening_visit_a_arm_1",
    "baseline": "_arm_1",
    "procedure": "0_arm_1b",
    "week_1": "day_7_arm_1",
    "week_4": "day_28_arm_1",
    "week_12": "month_3_arm_2",
    "unscheduled": "unscheduled_visit__arm_1c",
}
NAMES = {"week_1": "day_7", "week_12": "month_3", "procedure": "liposuction", "screening": "v0"}


def rename_visits(study):
    visits = tuple(
        replace(v, name=NAMES.get(v.name, v.name), events=(EVENTS[v.name],)) for v in study.visits
    )
    after = replace(study.analysis.followup_visit, value="month_3")
    return replace(study, visits=visits, analysis=replace(study.analysis, followup_visit=after))


def rename_events(export):
    given = {f"{visit}_arm_1": event for visit, event in EVENTS.items()}
    tables = dict(export.tables)
    for file, column in ((REDCAP, EVENT), ("capillaroscopy.csv", "event")):
        tables[file] = tables[file].assign(**{column: tables[file][column].map(given)})
    bars = {rf"\|{old}\|": f"|{new}|" for old, new in given.items()}
    corrections = tables["corrections.csv"]
    tables["corrections.csv"] = corrections.assign(row=corrections["row"].replace(bars, regex=True))
    return replace(export, tables=tables)


def test_an_event_is_one_that_the_plan_lists_in_any_arm_and_a_visit_may_stand_for_itself(study):
    events = pd.Series(["_arm_1", "month_3_arm_2", "month_3", "_arm_2", "month_4_arm_2", ""])
    named = name_visit(events, rename_visits(study))
    assert named.tolist() == ["baseline", "month_3", "month_3", "", "", ""]
    assert name_visit(pd.Series(["month_3_arm_1"]), rename_visits(study)).tolist() == ["month_3"]


def test_visits_and_events_of_any_name_give_the_same_tables(faulty, mended, study):
    export, _ = faulty
    site = clean_export(rename_events(export), rename_visits(study))
    inside = {rf"(^|:){old}(_|/|$)": rf"\g<1>{new}\g<2>" for old, new in NAMES.items()}
    for table in ("participants", "visits", "items", "disposition", "intercurrent_events"):
        frame = mended.tables[table].replace(NAMES)
        for name in ("source", "per_protocol_exclusion"):
            if name in frame:
                frame[name] = frame[name].replace(inside, regex=True)
        order = [name for name in ("participant_id", "visit", "source", "location", "occasion")
                 if name in frame]  # fmt: skip
        expected, found = (
            each.sort_values([*order, *frame.columns], kind="stable", ignore_index=True)
            for each in (frame, site.tables[table])
        )
        pdt.assert_frame_equal(expected, found)
    assert sorted(site.queries["rule"]) == sorted(mended.queries["rule"])
