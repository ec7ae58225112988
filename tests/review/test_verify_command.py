"""The reviewer's command gives the right verdict whatever is altered, and says what it was."""

import contextlib
import csv
import io
import random

import pytest

EXPORT = "data/raw/redcap_export.csv"
RULE = "analysis/instruments/mrss.py"
RECORD = "report/record/record.json"
PRIMARY = "efficacy.hand_mrss.mean_change"


def name_encoding(content):
    with contextlib.suppress(UnicodeDecodeError):
        return content.decode("utf-8") and "utf-8"
    return "cp949"


def change_rows(change):
    """Return a change of a raw file's bytes through its rows, in its own encoding."""

    def rewrite(content):
        encoding = name_encoding(content)
        reader = csv.reader(io.StringIO(content.decode(encoding), newline=""))
        rows, out = list(reader), io.StringIO(newline="")
        csv.writer(out, lineterminator="\n").writerows(change(rows))
        return out.getvalue().encode(encoding)

    return rewrite


def raise_skin_score(rows):
    column, event = rows[0].index("mrss_hand_r"), rows[0].index("redcap_event_name")
    row = next(r for r in rows[1:] if r[event] == "week_12_arm_1" and r[column] in ("0", "1"))
    row[column] = str(int(row[column]) + 1)
    return rows


def shuffle_rows(rows):
    body = rows[1:]
    random.Random(3).shuffle(body)
    return [rows[0], *body]


def differing(verdict):
    return {each["name"]: each["differing"] for each in verdict["levels"] if each["differing"]}


def test_what_was_not_altered_agrees_to_the_byte(repository):
    code, screen, verdict = repository.verify("--bytes", "1")
    assert code == 0 and verdict["agrees"]
    assert "AGREES: everything is as recorded." in screen
    assert "raw data, code, packages and platform: as in the record" in screen
    assert verdict["levels"][0]["compared"] > 100


def test_one_raw_cell_moves_results_and_is_named(repository):
    repository.rewrite(EXPORT, change_rows(raise_skin_score))
    repository.seal()
    code, screen, verdict = repository.verify()
    assert code == 1 and "DIFFERS from the record: results, processed tables." in screen
    moved = differing(verdict)
    assert any(phrase.startswith(f"{PRIMARY}: value was") for phrase in moved["results"])
    assert any(phrase.startswith("items: value in SIM-") for phrase in moved["processed tables"])
    (cell,) = [each for each in verdict["causes"]["raw data"] if "redcap_export" in each]
    assert cell.startswith("redcap_export.csv, mrss_hand_r in SIM-") and "|week_12_arm_1|" in cell
    assert ": was '" in cell and "', is '" in cell and "(Hand mRSS, Total mRSS)" in cell
    assert f"raw data:\n    {cell}\n" in screen
    assert screen.index(cell) < screen.index(PRIMARY)
    assert not verdict["causes"]["code, plan and words"] and not verdict["causes"]["packages"]


def test_a_raw_cell_that_its_checksum_gives_away_is_named_before_anything_runs(repository):
    repository.rewrite(EXPORT, change_rows(raise_skin_score))
    code, screen, verdict = repository.verify()
    assert code == 1 and list(differing(verdict)) == ["raw files against their checksums"]
    assert "mrss_hand_r in SIM-" in screen and "Nothing was run." in screen
    assert "seal" not in screen and "verify-" not in screen


def test_the_order_of_raw_rows_with_checksums_redone_does_not_matter(repository):
    for name in ("redcap_export.csv", "raynaud_diary.csv", "capillaroscopy.csv"):
        repository.rewrite(f"data/raw/{name}", change_rows(shuffle_rows))
    repository.seal()
    code, screen, verdict = repository.verify("--bytes", "1")
    assert code == 0 and verdict["agrees"], screen
    causes = verdict["causes"]["raw data"]
    assert "raw/redcap_export.csv: the same cells, written otherwise" in causes


def test_one_line_of_a_scoring_rule_moves_results_and_is_named(repository):
    old, new = b'"hand_four_sites": _HANDS', b'"hand_four_sites": _HAND_DORSUM'
    repository.rewrite(RULE, lambda text: text.replace(old, new))
    code, _, verdict = repository.verify()
    assert code == 1
    assert any(PRIMARY in phrase for phrase in differing(verdict)["results"])
    assert verdict["causes"]["code, plan and words"] == [RULE]
    assert not verdict["causes"]["raw data"]


@pytest.mark.parametrize("options", [("--params", "followup_visit=week_4"), ("--bites", "1")])
def test_wrong_use_is_no_verdict(repository, options):
    done = repository.call("-m", "analysis", "verify", *options)
    assert done.returncode == 2 and not (repository.root / ".run/verify").exists()


def test_without_a_record_something_is_missing(repository):
    (repository.root / RECORD).unlink()
    done = repository.call("-m", "analysis", "verify")
    assert done.returncode == 3 and "record.json" in done.stderr
