"""The columns of corrections.csv have names; their order means nothing."""

import pandas as pd

from analysis.cleaning.corrections import CORRECTION_COLUMNS, apply_corrections
from analysis.cleaning.export import DIARY
from analysis.cleaning.state import SourceFile

RAW = pd.DataFrame({"rating": ["77"]}, index=pd.Index(["SIM-01|2021-03-05|20:00"], name="row"))
TOLD = {
    "source": DIARY,
    "row": "SIM-01|2021-03-05|20:00",
    "field": "rating",
    "old_value": "77",
    "new_value": "7",
    "reason": "Typing error",
    "by": "Investigator",
    "date": "2022-12-12",
}


def test_corrections_are_read_by_the_names_of_their_columns():
    sheets = {DIARY: SourceFile(DIARY, RAW, RAW, pd.DataFrame(index=RAW.index))}
    gone = TOLD | {"row": "SIM-01|2021-03-06|20:00"}
    corrections = pd.DataFrame([TOLD, gone])[list(CORRECTION_COLUMNS)[::-1]]
    corrected, unused = apply_corrections(sheets, corrections)
    assert corrected[DIARY].frame["rating"].tolist() == ["7"]
    assert unused.to_dict("records") == [gone]
