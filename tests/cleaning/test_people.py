"""Spellings of one participant are unified; two people are never made one."""

from unicodedata import normalize

import pandas as pd
import pytest

from analysis.cleaning.export import DIARY, REDCAP
from analysis.cleaning.people import fold_identifier, unify_identifiers
from analysis.cleaning.state import SourceFile
from analysis.errors import DataError

COLUMNS = ["record_id", "redcap_event_name", "redcap_repeat_instrument", "redcap_repeat_instance",
           "visit_date", "pain", "note"]  # fmt: skip


def make_files(*rows, diary=()):
    """Return the export of (id, visit, date, pain, note) and a diary of (id, date, rating)."""
    frame = pd.DataFrame(
        [[person, visit, "", "", *cells] for person, visit, *cells in rows], columns=COLUMNS
    )
    keys = frame.rename(columns={"record_id": "participant", "redcap_event_name": "visit"})
    keys = keys[["participant", "visit"]].assign(form="", instance="")
    days = pd.DataFrame(diary, columns=["record_id", "entry_date", "rating"], dtype="str")
    whose = pd.DataFrame(
        {"participant": days["record_id"], "visit": "", "form": "", "instance": ""}
    )
    return {
        REDCAP: SourceFile(REDCAP, frame, frame, keys),
        DIARY: SourceFile(DIARY, days, days, whose),
    }


def spell(*rows, diary=(), records=None):
    files = unify_identifiers(make_files(*rows, diary=diary), records)
    return [file.keys["participant"].tolist() for file in files.values()]


ONE = ("SIM-01", "baseline", "2021-03-01", "40", "x")
TWO = ("SIM-02", "baseline", "2021-03-02", "50", "y")


def test_spellings_of_one_participant_are_unified_and_a_bare_number_goes_to_the_only_fit():
    export, diary = spell(
        ONE, TWO, ("sim 2", "week_12", "2021-05-25", "30", ""),
        diary=[("1", "2021-02-20", "5"), ("ＳＩＭ－０２", "2021-02-20", "5"), ("SIM-0²", "", ""),
               ("SIM–01", "2021-02-21", "5"), ("SIM\u201102", "2021-02-21", "5")],
    )  # fmt: skip
    assert export == ["SIM-01", "SIM-02", "SIM-02"]
    assert diary == ["SIM-01", "SIM-02", "SIM-0²", "SIM-01", "SIM-02"]
    assert spell(ONE, ("BUS-7", *TWO[1:]), diary=[("07", "2021-02-20", "5")])[1] == ["BUS-7"]
    seoul = normalize("NFD", "서울-01")
    assert spell(("서울-01", *ONE[1:]), diary=[(seoul, "2021-02-20", "5")]) == [["서울-01"]] * 2
    again = ("SIM-1", *ONE[1:])
    assert spell(ONE, TWO, again)[0] == ["SIM-01", "SIM-02", "SIM-01"]


@pytest.mark.parametrize(
    ("rows", "diary", "message"),
    [
        ([ONE, ("BUS-01", *TWO[1:])], [("01", "2021-02-20", "5")], "'01' may be BUS-01 or SIM-01"),
        ([ONE, ("SIM-1", "baseline", "2021-06-01", "90", "z")], [],
         "SIM-01 and SIM-1 both have baseline and differ"),
        ([ONE, TWO, ("1", "week_12", "2021-05-25", "1", ""), ("2", "week_12", "", "2", "")],
         [], "two series of numbers.*1, 2, SIM-01, SIM-02"),
        ([ONE, TWO],
         [("1", "2021-02-20", "5"), ("SIM-01", "2021-02-20", "9"),
          ("1", "2021-02-21", "5"), ("SIM-01", "2021-02-21", "9")],
         r"two spellings may be two people: 1 and SIM-01 both have 2021-02-20"),
        ([ONE, TWO], [(name, "2021-02-20", "5") for name in ("c4ca42", "c81e72", "eccbc8")],
         "no row is of a participant of the export, such as SIM-01.*hash all or none"),
    ],
)  # fmt: skip
def test_what_may_be_two_people_stops_and_is_listed(rows, diary, message):
    with pytest.raises(DataError, match=message) as stop:
        spell(*rows, diary=diary)
    assert stop.value.field == "record_id"


def test_another_file_may_name_the_record_and_not_a_number_that_fits_another():
    records = {"7": "SIM-01", "8": "SIM-02"}
    assert spell(ONE, TWO, diary=[("7", "2021-02-20", "5")], records=records)[1] == ["SIM-01"]
    with pytest.raises(DataError, match="'2' is the record of SIM-01, and fits SIM-02 as well"):
        spell(ONE, TWO, diary=[("2", "2021-02-20", "5")], records={"2": "SIM-01", "1": "SIM-02"})


@pytest.mark.parametrize("name", ["SIM\u201101", "SIM\u201301", "SIM\u221201", "\u0455im/O1"])
def test_identifiers_that_look_alike_are_one_whatever_their_hyphen(name):
    assert fold_identifier(name) == fold_identifier("SIM-01")
