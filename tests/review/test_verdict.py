"""The comparison with the reference results can fail, and says what moved and why."""

import json
from dataclasses import replace

import pandas as pd
import pytest

from analysis.errors import DataError
from analysis.review import compare, digests
from analysis.review.evidence import list_packages, read_evidence, write_evidence
from analysis.review.verdict import format_screen, format_verdict, write_verdict

PRIMARY = "efficacy.hand_mrss.mean_change"


def differing(verdict):
    return {level.name: level.differing for level in verdict.levels if level.differing}


def test_the_same_run_agrees(record):
    verdict = compare.compare_evidence(record, record, bytes_decide=True)
    assert verdict.agrees and differing(verdict) == {}
    assert format_verdict(verdict) == "AGREES: everything is as recorded."


def test_a_package_version_is_named_and_decides_nothing_by_itself(record):
    other = replace(record, packages={**record.packages, "scipy": "1.14.0"})
    verdict = compare.compare_evidence(other, record)
    assert verdict.agrees
    assert verdict.causes["packages"] == ("scipy is 1.17.1, in the record 1.14.0",)
    assert verdict.causes["packages"][0] in format_screen(verdict)


def test_one_results_row_is_named(record):
    results = record.results.copy()
    place = results["result_id"] == PRIMARY
    results.loc[place, "value"] *= 1 + 2e-9
    verdict = compare.compare_evidence(replace(record, results=results), record)
    assert not verdict.agrees and list(differing(verdict)) == ["results"]
    (phrase,) = differing(verdict)["results"]
    assert phrase.startswith(f"{PRIMARY}: value was ") and phrase in format_screen(verdict)
    assert not any(verdict.causes.values())


def test_a_row_that_is_gone_or_new_is_named(record):
    fewer = replace(record, results=record.results.iloc[1:])
    name = record.results["result_id"].iloc[0]
    assert differing(compare.compare_evidence(record, fewer))["results"] == (f"{name} is gone",)
    assert differing(compare.compare_evidence(fewer, record))["results"] == (f"{name} is new",)


@pytest.mark.parametrize(
    ("before", "now", "agrees"),
    [
        (1.0, 1 + 5e-10, True),
        (1.0, 1 + 2e-9, False),
        (0.0, 1e-17, True),
        (0.0, 1e-9, False),
        (float("nan"), float("nan"), True),
        (1.0, float("nan"), False),
    ],
)
def test_numbers_agree_to_a_relative_1e9(record, before, now, agrees):
    old, new = (record.results.head(1).assign(value=value) for value in (before, now))
    assert (compare.compare_results(old, new).differing == ()) is agrees


def test_a_printed_text_decides_too_and_the_primary_change_stands_first(record):
    altered = record.results.head(1).assign(text="9")
    assert "text was" in compare.compare_results(record.results.head(1), altered).differing[0]
    altered = record.results.assign(value=record.results["value"] + 1)
    differing = compare.compare_results(record.results, altered).differing
    assert len(differing) > 5 and differing[0].startswith(f"{PRIMARY}: value was")


def test_an_exception_is_declared_with_a_reason(record, tmp_path):
    (tmp_path / "exceptions.csv").write_text(f"result_id,relative,reason\n{PRIMARY},0.1,drawn\n")
    exceptions = compare.read_exceptions(tmp_path)
    results = record.results.copy()
    results.loc[results["result_id"] == PRIMARY, "value"] *= 1.05
    altered = replace(record, results=results)
    assert not compare.compare_evidence(record, altered).agrees
    assert compare.compare_evidence(record, altered, exceptions=exceptions).agrees
    with pytest.raises(DataError, match="no result is called efficacy"):
        compare.compare_results(record.results, results, exceptions={"efficacy.no": 1.0})
    (tmp_path / "exceptions.csv").write_text(f"result_id,relative,reason\n{PRIMARY},0.1,\n")
    with pytest.raises(DataError, match="no reason"):
        compare.read_exceptions(tmp_path)


def test_bytes_decide_only_when_asked(record):
    other = replace(record, files={**record.files, "items.csv": "0" * 64})
    assert compare.compare_evidence(record, other).agrees
    assert not compare.compare_evidence(record, other, bytes_decide=True).agrees


def test_text_decides_for_the_same_renderer_on_the_same_versions(record):
    other = replace(record, texts={record.renderer: {"index.html": "1" * 64}})
    assert not compare.compare_evidence(record, other).agrees
    newer = replace(other, platform={**other.platform, "Python": "3.12.1"})
    assert compare.compare_evidence(record, newer).agrees
    quarto = replace(other, texts={"Quarto 1.9.38": {}}, renderer="Quarto 1.9.38")
    verdict = compare.compare_evidence(record, quarto)
    assert verdict.agrees and "no documents by Quarto" in verdict.notes[0]


def test_a_verdict_on_words_alone_says_that_the_results_are_those_of_record(record):
    inputs = {**record.inputs, "report/parts/_methods.qmd": "1" * 64}
    other = replace(record, texts={record.renderer: {"index.html": "1" * 64}}, inputs=inputs)
    verdict = compare.compare_evidence(record, other)
    assert format_verdict(verdict) == (
        f"DIFFERS from the record: texts of the documents by {record.renderer}. "
        "As recorded: results, processed tables."
    )
    assert "report/parts/_methods.qmd is new" in format_screen(verdict)


def test_noise_in_the_last_digits_and_order_are_no_difference_in_a_table():
    one = b"participant_id,weight_kg,site\nSIM-01,0.3,01\nSIM-02,2,1\n"
    two = b"participant_id,weight_kg,site\nSIM-02,2.0,1\nSIM-01,0.30000000000000004,01\n"
    first, second = (digests.digest_table(each, "participants") for each in (one, two))
    assert digests.describe_difference(first, second) == ""
    third = digests.digest_table(two.replace(b",01", b",1"), "participants")
    assert digests.describe_difference(first, third) == "site in SIM-01"


def test_a_record_is_read_as_it_was_written(record, tmp_path):
    write_evidence(record, tmp_path)
    again = read_evidence(tmp_path)
    pd.testing.assert_frame_equal(again.results, record.results)
    assert compare.compare_evidence(record, again, bytes_decide=True).agrees
    (tmp_path / "record.json").write_text("{")
    with pytest.raises(DataError, match="no record of results"):
        read_evidence(tmp_path)


def test_a_verdict_fits_one_screen_and_is_whole_in_the_files(record, tmp_path):
    results = record.results.assign(text="<b>")
    verdict = compare.compare_evidence(record, replace(record, results=results))
    screen = format_screen(verdict)
    assert len(screen.splitlines()) < 25
    assert screen.splitlines()[-1].startswith("DIFFERS from the record: results. As recorded: ")
    write_verdict(verdict, tmp_path)
    written = json.loads((tmp_path / "verdict.json").read_text(encoding="utf-8"))
    assert written["agrees"] is False and len(written["levels"][0]["differing"]) == len(results)
    assert "&lt;b&gt;" in (tmp_path / "verdict.html").read_text(encoding="utf-8")


def test_packages_are_read_from_an_environment_of_another_python(tmp_path):
    folder = tmp_path / "lib" / "python3.99" / "site-packages" / "numpy-2.9.1.dist-info"
    folder.mkdir(parents=True)
    (folder / "METADATA").write_text("Metadata-Version: 2.1\nName: numpy\nVersion: 2.9.1\n")
    found = list_packages(tmp_path)
    assert found["numpy"] == "2.9.1" and found["scipy"] == "missing"
