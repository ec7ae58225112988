"""A de-identified export tells of nobody, and gives the same results but for declared ones."""

import datetime
import stat

import pandas as pd
import pytest

from analysis.cleaning import clean_export, read_export
from analysis.errors import DataError, UsageError
from analysis.privacy.days import find_days
from analysis.privacy.pieces import decode
from analysis.release.deidentify import deidentify_export
from analysis.release.published import check_folder
from analysis.release.rewrite import band_age
from analysis.release.shift import FEWEST, LEFT, Shift, count_periods, draw_shift
from analysis.release.source import REMOVED, remove_text

DAY = datetime.date
START = DAY(2016, 10, 25)
FILES = (
    "redcap_export.csv", "redcap_dictionary.csv", "fields.csv", "raynaud_diary.csv",
    "capillaroscopy.csv", "corrections.csv", "provenance.yml", "README.md", "SHA256SUMS",
)  # fmt: skip


@pytest.fixture(scope="module")
def cleaned(exports, plan):
    return tuple(clean_export(export, plan) for export in exports)


@pytest.fixture(scope="module")
def names(cleaned):
    """Return the new name of each participant, found by what they weigh."""
    before, after = (each.tables["participants"] for each in cleaned)
    weight = dict(zip(after["weight_kg"], after["participant_id"], strict=True))
    assert len(weight) == len(after)
    return {
        p: weight[w] for p, w in zip(before["participant_id"], before["weight_kg"], strict=True)
    }


def test_nothing_of_the_site_and_no_date_of_the_trial_is_left(real, published, plan):
    assert sorted(path.name for path in published.root.iterdir()) == sorted(FILES)
    texts = {
        cell
        for file in ("redcap_export.csv", "capillaroscopy.csv", "raynaud_diary.csv")
        for row in real.read(file)
        for column, cell in row.items()
        if column in ("record_id", "image_id", "visit_note", "ae_term", "operator", "enzyme_lot")
        and cell
        and cell != row.get("ae_coded")
    }
    for path in published.root.iterdir():
        text = decode(path.read_bytes())
        assert not [cell for cell in texts if len(cell) > 3 and cell in text], path.name
        if path.name != "README.md":
            assert all(day < START for day, _ in find_days(text)), path.name
    assert check_folder(published.root, study=plan) == []


def test_intervals_are_exact_and_every_visit_is_in_its_month(cleaned, names):
    before, after = (each.tables["visits"] for each in cleaned)
    before = before.assign(participant_id=before["participant_id"].map(names))
    both = before.merge(after, on=["participant_id", "visit"], suffixes=("", "_after"))
    assert len(both) == len(before) == len(after)
    assert both["study_day"].equals(both["study_day_after"])
    dated = both[both["visit_date"] != ""]
    season = dated[dated["visit"].isin(["baseline", "week_12"])]
    assert (season["visit_date"].str[5:7] == season["visit_date_after"].str[5:7]).all()
    days = pd.to_datetime(dated["visit_date"]) - pd.to_datetime(dated["visit_date_after"])
    assert (days.groupby(dated["participant_id"]).nunique() == 1).all()
    assert days.nunique() > 1


def test_the_cleaned_tables_tell_the_same(cleaned, names):
    for table, removed in (
        ("adverse_events", ["term", "action"]),
        ("medications", []),
        ("procedures", ["operator", "enzyme_lot", "deviation", "processing_minutes"]),
        ("disposition", []),
    ):
        before, after = (each.tables[table] for each in cleaned)
        before = before.assign(participant_id=before["participant_id"].map(names))
        dates = [
            name
            for name in before
            if name.endswith(("_date", "_start", "_end", "_time", "_reasons"))
        ]
        dates += ["first_injection"] if "first_injection" in before else []
        keep = [name for name in before if name not in (*dates, *removed)]
        by = keep[:2]
        pd.testing.assert_frame_equal(
            *(each[keep].sort_values(by).reset_index(drop=True) for each in (before, after))
        )
    people = [each.tables["participants"] for each in cleaned]
    ages = [dict(zip(frame["participant_id"], frame["age"], strict=True)) for frame in people]
    assert all(ages[1][names[who]] == band_age(age, 10) for who, age in ages[0].items())
    onsets = [
        dict(zip(frame["participant_id"], frame["years_since_raynaud"], strict=True))
        for frame in people
    ]
    assert all(onsets[1][names[who]] == years for who, years in onsets[0].items())


def test_the_same_key_gives_the_same_bytes_and_another_key_another_export(
    real, published, plan, tmp_path
):
    key = real.root.with_name("real.key")
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    for name, file in (("again", key), ("other", tmp_path / "other.key")):
        deidentify_export(
            real.root, tmp_path / name, study=plan, key_file=file, tell=lambda text: None
        )
    same = {path.name: path.read_bytes() for path in (tmp_path / "again").iterdir()}
    assert same == {path.name: path.read_bytes() for path in published.root.iterdir()}
    export = "redcap_export.csv"
    assert (tmp_path / "other" / export).read_bytes() != same[export]


def test_no_new_name_and_no_shift_is_told(real, plan, tmp_path):
    lines = []
    deidentify_export(
        real.root, tmp_path / "out", study=plan, key_file=tmp_path / "key", tell=lines.append
    )
    text = "\n".join(lines)
    assert "What differs by design" in text
    assert "KJH" not in text
    assert (tmp_path / "key").read_text().split()[2] not in text


def test_texts_that_stay_as_they_were_typed_are_told_for_somebody_to_read(spoilt, plan, tmp_path):
    spoilt.put("redcap_export.csv", "cm_name", "what Kim takes", lambda row: row["cm_name"])
    lines = []
    deidentify_export(spoilt.root, tmp_path / "out", study=plan, tell=lines.append)
    (listed,) = [line for line in lines if line.startswith("  cm_name: ")]
    kept = {row["cm_name"] for row in type(spoilt)(tmp_path / "out").read("redcap_export.csv")}
    assert "what Kim takes" in kept
    assert set(listed.removeprefix("  cm_name: ").split("; ")) == kept - {""}
    assert not any(line.startswith("  visit_note: ") for line in lines)


def test_labels_and_choices_are_told_for_somebody_to_read(spoilt, plan, tmp_path):
    file, choices = "redcap_dictionary.csv", "Choices, Calculations, OR Slider Labels"
    asked = spoilt.put(file, "Field Label", "Asked by Kim", lambda row: row[choices])
    before = spoilt.put(
        file,
        choices,
        asked[choices].replace(", ", ",  "),
        lambda row: row["Variable / Field Name"] == asked["Variable / Field Name"],
    )
    assert before[choices] == asked[choices]
    lines = []
    deidentify_export(spoilt.root, tmp_path / "out", study=plan, tell=lines.append)
    for column in ("Field Label", choices):
        assert any(line.startswith(f"  {file}, {column}: ") for line in lines)
    assert any("Asked by Kim" in line for line in lines)
    notes = (tmp_path / "out" / "README.md").read_text(encoding="utf-8")
    assert "pseudonymised, not anonymous" in notes and "15 minutes" in notes


@pytest.mark.parametrize("file", ["corrections.csv", "fields.csv", "redcap_dictionary.csv"])
def test_a_column_that_nothing_reads_is_left_out(spoilt, plan, tmp_path, file):
    spoilt.write(file, [{**row, "our notes": "told by Kim"} for row in spoilt.read(file)])
    deidentify_export(spoilt.root, tmp_path / "out", study=plan, tell=lambda text: None)
    assert "Kim" not in decode((tmp_path / "out" / file).read_bytes())


def test_nothing_is_written_over_or_into_the_real_export(real, plan, tmp_path):
    for out in (real.root, real.root / "inside"):
        with pytest.raises(UsageError, match="new folder"):
            deidentify_export(real.root, out, study=plan)
    with pytest.raises(UsageError, match="new folder"):
        deidentify_export(
            real.root, tmp_path / "out", study=plan, key_file=tmp_path / "out" / "key"
        )
    (tmp_path / "key").write_text("no key")
    with pytest.raises(DataError, match="no key"):
        deidentify_export(real.root, tmp_path / "out", study=plan, key_file=tmp_path / "key")
    assert not (tmp_path / "out").exists()


def test_a_word_of_a_list_that_identifies_somebody_stops_it_and_leaves_nothing(
    spoilt, plan, tmp_path
):
    phone = "010~-1234-5678".replace("~", "")
    spoilt.put("redcap_export.csv", "cm_name", f"ask {phone}", lambda row: row["cm_name"])
    with pytest.raises(DataError, match="a mobile phone number") as raised:
        deidentify_export(spoilt.root, tmp_path / "out", study=plan)
    assert phone not in str(raised.value)
    assert not list(tmp_path.glob("out*"))


def test_fields_that_the_dictionary_or_the_plan_call_identifying_are_left_out(
    spoilt, plan, tmp_path
):
    spoilt.put(
        "redcap_dictionary.csv",
        "Identifier?",
        "y",
        lambda row: row["Variable / Field Name"] == "lab_wbc",
    )
    deidentify_export(spoilt.root, tmp_path / "out", study=plan, tell=lambda text: None)
    texts = {name: decode((tmp_path / "out" / name).read_bytes()) for name in FILES}
    for field in ("lab_wbc", "enzyme_lot"):
        assert field in texts.pop("README.md", field)
        assert not any(field in text for text in texts.values())
    assert read_export(tmp_path / "out").provenance.description.startswith("De-identified")


def test_names_of_files_codes_to_return_ages_and_filters_are_left_out(spoilt, plan, tmp_path):
    dictionary, main = "redcap_dictionary.csv", "redcap_export.csv"
    like = dict.fromkeys(spoilt.read(dictionary)[0], "") | {"Form Name": "demographics"}
    more = [
        like | {"Variable / Field Name": name, "Field Type": kind, "Field Label": label}
        for name, kind, label in (
            ("consent_scan", "file", "Scan"),
            ("years", "text", "Calculated age"),
            ("zip_code", "text", "Home"),
        )
    ]
    spoilt.write(dictionary, [*spoilt.read(dictionary), *more])
    typed = {"consent_scan": "kim.pdf", "years": "41", "zip_code": "06591"}
    typed |= {"demographics_return_code": "QX7PLM", "assessor": " "}
    first, *others = spoilt.read(main)
    empty = dict.fromkeys(set(typed) - set(first), "")
    spoilt.write(main, [first | typed, *(row | empty for row in others)])
    spoilt.tell(export={"values": "raw", "filters": "only those of Dr Kim"})
    deidentify_export(spoilt.root, tmp_path / "out", study=plan, tell=lambda text: None)
    published = type(spoilt)(tmp_path / "out").read(main)
    assert {row["consent_scan"] for row in published} == {"", REMOVED}
    assert not {"years", "zip_code", "demographics_return_code"} & set(published[0])
    assert "Kim" not in (tmp_path / "out" / "provenance.yml").read_text(encoding="utf-8")


def test_a_cell_that_nobody_can_read_is_free_text_in_any_field(spoilt, plan, tmp_path):
    sentence = "Kim says she could not hold it"
    spoilt.put("redcap_export.csv", "circ_r2", sentence, lambda row: row["circ_r2"])
    spoilt.put("redcap_export.csv", "kap_r", "Lee tells 7", lambda row: row["kap_r"])
    before = clean_export(read_export(spoilt.root), plan)
    deidentify_export(spoilt.root, tmp_path / "out", study=plan, tell=lambda text: None)
    after = clean_export(read_export(tmp_path / "out"), plan)
    text = (tmp_path / "out" / "redcap_export.csv").read_text()
    assert "Kim" not in text and "Lee" not in text
    unreadable = ["not_a_number", "excel_date", "qualifier"]
    counts = [each.queries["rule"].isin(unreadable).sum() for each in (before, after)]
    assert counts[0] == counts[1] > 2


# The parts


@pytest.mark.parametrize(
    ("age", "width", "stands_for"),
    [(41, 10, 45), (40, 10, 45), (49, 10, 45), (89, 10, 85), (90, 10, 90), (104, 10, 90),
     (81, 20, 89), (47, 1, 47), (47, 5, 47), (44, 5, 42)],
)  # fmt: skip
def test_an_age_becomes_the_middle_of_its_band_and_ninety_stands_for_all_above(
    age, width, stands_for
):
    assert band_age(age, width) == stands_for


def test_only_words_that_a_rule_looks_for_are_left_of_a_text():
    assert remove_text("Mrs K, infected finger, had surgery") == (f"{REMOVED} infect finger surg")
    assert remove_text("Mrs K") == REMOVED


@pytest.mark.parametrize("chosen", [0, 1, -1])
def test_whatever_is_drawn_visits_stay_in_their_month(chosen):
    visits = {"baseline": (DAY(2017, 2, 10),), "week_12": (DAY(2017, 5, 5), DAY(2017, 5, 19))}
    shift = draw_shift(visits, ("baseline",), periods=1, draw=lambda below: chosen % below)
    assert shift.choices == 17 and not shift.moved
    for days in visits.values():
        for day in days:
            moved = DAY.fromisoformat(shift.apply(day.isoformat()))
            assert (moved.month, moved.year) == (day.month, day.year - 4)
            assert (day - moved).days == -shift.days
    assert -4 <= shift.days + 1461 <= 12


def test_where_too_few_days_are_left_only_the_two_seasons_stay_and_the_rest_is_told():
    visits = {
        "baseline": (DAY(2017, 2, 10),),
        "week_1": (DAY(2017, 3, 1), DAY(2017, 3, 31)),
        "week_12": (DAY(2017, 5, 22),),
    }
    shift = draw_shift(visits, ("baseline", "week_12"), periods=1, draw=lambda below: below - 1)
    assert shift.choices >= FEWEST and shift.moved == ("week_1",)


@pytest.mark.parametrize(
    ("days", "left", "moved"),
    [
        # Monday, Wednesday and Friday: whole weeks are left, two of them in one month, else four.
        ((DAY(2017, 5, 5), DAY(2017, 5, 17), DAY(2017, 5, 22)), 4, True),
        # All on Fridays: every shift back to a working day.
        ((DAY(2017, 5, 5), DAY(2017, 5, 19)), 13, False),
    ],
)
def test_so_many_shifts_explain_new_dates_to_whoever_knows_the_working_days(days, left, moved):
    visits = {"baseline": (DAY(2017, 2, 10),), "week_1": days}
    shift = draw_shift(visits, ("baseline",), periods=1, draw=lambda below: below - 1)
    assert (shift.left, bool(shift.moved)) == (left, moved) and shift.left >= LEFT
    visits = {"baseline": (DAY(2017, 2, 1), DAY(2017, 2, 28)), "week_1": days}
    assert draw_shift(visits, ("baseline",), periods=1, draw=lambda below: 0).left == 1


def test_every_date_comes_to_lie_before_the_start_of_the_trial():
    assert count_periods([DAY(2017, 1, 1), DAY(2018, 1, 1)], start=START) == 1
    assert count_periods([DAY(2022, 6, 1)], start=START) == 2
    with pytest.raises(DataError, match="too many years"):
        count_periods([DAY(2002, 1, 1), DAY(2017, 1, 1)], start=START)


def test_a_partial_date_keeps_its_month_and_a_time_its_quarter_of_an_hour():
    shift = Shift(days=-1461 + 3, years=-4, choices=9)
    assert shift.apply("2017-03") == "2013-03"
    assert shift.apply("2017") == "2013"
    assert shift.apply("2017-03-05 10:29") == "2013-03-08 10:15"
