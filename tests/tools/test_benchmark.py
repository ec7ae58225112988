"""The benchmark's ratios match their names, and its page shows what was measured."""

import json
import sys

from benchmark.baselines import run_program
from benchmark.page import FLOORS, find_broken_floors, format_page, write_figures
from benchmark.rounds import compare_figures, compare_reports, summarise_rounds

SECONDS = {
    "plain_process": 10.0,
    "notebooks_cold": 15.0,
    "nothing_to_do": 0.4,
    "one_figure_changed": 3.0,
    "papermill_in_sequence": 45.0,
    "papermill_two_at_a_time": 30.0,
    "report_rendered": 8.0,
}
# The second round ran on a machine half as fast, the third was disturbed once.
ROUNDS = [
    {name: (value, value / 2) for name, value in SECONDS.items()},
    {name: (2 * value, value) for name, value in SECONDS.items()},
    {name: (value, value / 2) for name, value in SECONDS.items()} | {"notebooks_cold": (60.0, 8.0)},
]
REPORTS = {"7": {"report_s": 30.0, "peak_gb": 0.8}, "1000": {"report_s": 240.0, "peak_gb": 2.5}}
SUMMARY = summarise_rounds(ROUNDS)
FIGURES = {
    "cores": 2,
    **SUMMARY,
    "compared": SUMMARY["compared"] | compare_reports(REPORTS),
    "reports": REPORTS,
    "growth": {"1000": {"clean_s": 7.0, "score_s": 1.5, "peak_mb": 450.0}},
}


def test_ratios_have_the_slower_above_and_the_share_below():
    assert compare_figures(SECONDS) == {
        "faster_than_sequence": 3.0,
        "faster_than_two": 2.0,
        "slower_than_plain": 1.5,
        "figure_share": 0.2,
        "nothing_to_do": 0.4,
    }


def test_a_slow_machine_or_a_disturbed_round_changes_no_ratio():
    assert SUMMARY["compared"] == compare_figures(SECONDS)
    assert FIGURES["seconds"]["plain_process"] == 10.0
    assert (FIGURES["least"]["notebooks_cold"], FIGURES["most"]["notebooks_cold"]) == (15.0, 60.0)


def test_a_floor_that_does_not_hold_is_named():
    assert find_broken_floors(FIGURES) == [
        "all notebooks / plain process: 1.500, which has to be at most 1.3"
    ]
    at_the_floors = {key: limit for key, (_, _, limit) in FLOORS.items()}
    assert find_broken_floors({"compared": at_the_floors}) == []
    slow = {"compared": at_the_floors | {"faster_than_two": 1.39}}
    assert [each.split(":")[0] for each in find_broken_floors(slow)] == [
        "papermill two at a time / all notebooks"
    ]


def test_the_page_has_every_figure_and_every_floor():
    lines = format_page(FIGURES).splitlines()
    assert "| nothing to do | 0.4 | 0.4 | 0.8 | 0.2 |" in lines
    assert "| papermill in sequence / all notebooks | 3.000 | at least 2.0 |" in lines
    assert f"**{find_broken_floors(FIGURES)[0]}.**" in lines
    assert "| report of 1\u202f000 participants / report of 7 | 8.000 | at most 10.0 |" in lines
    assert "| most memory of the report of 1\u202f000, in GB | 2.500 | at most 3.0 |" in lines
    assert "| 1\u202f000 | 7.0 | 1.5 | 450 |" in lines
    assert lines[-1] == "| 1\u202f000 | 240.0 | 2.50 |"


def test_the_memory_of_a_run_is_that_of_its_children_too(tmp_path):
    child = "import time; held = bytearray(80_000_000); time.sleep(1)"
    peaks = []
    run_program(
        [
            sys.executable,
            "-c",
            f"import subprocess, sys\nsubprocess.run([sys.executable, '-c', {child!r}])",
        ],
        tmp_path,
        peaks=peaks,
    )
    assert max(peaks) > 80e6


def test_the_figures_on_record_can_be_read_again(tmp_path):
    page = write_figures(FIGURES, tmp_path / "record")
    measured = json.loads(page.with_suffix(".json").read_text(encoding="utf-8"))
    assert measured == FIGURES
