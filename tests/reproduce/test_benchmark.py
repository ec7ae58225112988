"""The benchmark's ratios say what they are called."""

import json

from analysis.reproduce.benchmark import compare_figures, format_figures, write_figures

SECONDS = {
    "plain_process": 10.0,
    "notebooks_cold": 15.0,
    "nothing_to_do": 0.4,
    "one_figure_changed": 3.0,
    "one_papermill_each": 45.0,
}
FIGURES = {
    "cores": 2,
    "seconds": SECONDS,
    "ratios": compare_figures(SECONDS),
    "growth": {"7": {"clean_s": 1.0, "score_s": 0.5, "peak_mb": 150.0}},
}


def test_ratios_have_the_slower_above_and_the_share_below():
    assert compare_figures(SECONDS) == {
        "faster_than_papermill": 3.0,
        "slower_than_plain": 1.5,
        "figure_share": 0.2,
    }


def test_the_table_has_every_figure_with_its_aim():
    lines = format_figures(FIGURES).splitlines()
    assert lines[0].split() == ["plain", "process", "10.00", "s"]
    assert lines[5].endswith("3.00    aim: at least 2.5")
    assert lines[-1].split() == ["7", "1.00", "s", "0.50", "s", "150", "MB"]


def test_the_record_holds_the_figures(tmp_path):
    path = write_figures(FIGURES, tmp_path / "record")
    assert json.loads(path.read_text(encoding="utf-8")) == FIGURES
