"""The columns of corrections.csv have names; their order means nothing."""

import pandas as pd
import pytest
from small_site import clean_site, read_text

from analysis.cleaning.corrections import CORRECTION_COLUMNS, apply_corrections
from analysis.cleaning.export import CAPILLAROSCOPY, CORRECTIONS, DIARY
from analysis.cleaning.state import SourceFile
from analysis.errors import DataError

RAW = pd.DataFrame({"rating": ["77"]}, index=pd.Index(["SIM-01|2021-03-05|20:00"], name="row"))
FILES = {DIARY: SourceFile(DIARY, RAW, RAW, pd.DataFrame(index=RAW.index))}
TOLD = {
    "source": DIARY, "row": RAW.index[0], "field": "rating", "old_value": "77", "new_value": "7",
    "reason": "Typing error", "by": "Investigator", "date": "2022-12-12",
}  # fmt: skip


def test_corrections_are_read_by_the_names_of_their_columns():
    gone = TOLD | {"row": "SIM-01|2021-03-06|20:00"}
    corrections = pd.DataFrame([TOLD, gone])[list(CORRECTION_COLUMNS)[::-1]]
    corrected, unused = apply_corrections(FILES, corrections)
    assert corrected[DIARY].frame["rating"].tolist() == ["7"]
    assert unused.to_dict("records") == [gone]


def test_a_line_that_changes_nothing_confirms_the_value_while_the_export_holds_it():
    for old, confirmed in (("77", {(RAW.index[0], "rating")}), ("78", set())):
        lines = pd.DataFrame([TOLD | {"old_value": old, "new_value": old}])
        corrected, unused = apply_corrections(FILES, lines)
        assert corrected[DIARY].confirmed == confirmed and unused.empty
        assert corrected[DIARY].frame.equals(RAW) and not corrected[DIARY].log


VISITS = """
record_id, redcap_event_name, visit_date, anaesthesia_start
SIM-01, baseline_arm_1, 2021-03-01,
SIM-01, week_12_arm_1, 2021-05-24,
"""


def test_a_reading_whose_event_is_corrected_is_of_that_visit_which_there_has_to_be():
    readings = read_text("""
    record_id, event, image_id, reader, hand, finger, field
    SIM-01, baseline, I1, a, R, 2, 1
    """)
    line = {"source": CAPILLAROSCOPY, "row": "I1|a", "field": "event", "old_value": "baseline"}
    for visit in ("week_12", "week_13"):
        lines = pd.DataFrame([TOLD | line | {"new_value": visit}])
        tables = {CAPILLAROSCOPY: readings, CORRECTIONS: lines}
        if visit == "week_13":
            with pytest.raises(DataError, match="'week_13' is no event here"):
                clean_site(VISITS, tables=tables)
        else:
            found = clean_site(VISITS, tables=tables)
            assert found.wide[CAPILLAROSCOPY]["event"].tolist() == [visit]
            asked = found.queries[found.queries["form"].str.startswith(CAPILLAROSCOPY)]
            assert set(asked["visit"]) <= {visit}


def test_an_emptied_value_is_unknown_unless_it_was_not_done():
    for reason, expected in (("Illegible", "unknown"), ("not done: device broken", "not_done")):
        lines = pd.DataFrame([TOLD | {"new_value": "", "reason": reason}])
        entries = apply_corrections(FILES, lines)[0][DIARY].list_entries()
        assert entries["reason"].tolist() == [expected]
