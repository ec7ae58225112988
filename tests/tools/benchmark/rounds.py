"""Measure the same work several times, in turn, so that one slow moment does not matter."""

import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

from analysis import paths
from analysis.review.sources import copy_sources, list_sources
from analysis.run.steps import NOTEBOOKS
from benchmark.baselines import (
    measure_growth,
    measure_report,
    run_papermills,
    run_plain,
    run_program,
)

PARTICIPANTS = (7, 100, 1_000, 10_000)
REPORTS = (7, 1_000)
ROUNDS = 3
FIGURE = "analysis/reporting/figures/forest.py"


def measure_run(*, participants=PARTICIPANTS, rounds=ROUNDS, tell=print):
    """Measure a copy of the repository, each piece of work in turn with the others.

    Return the result of `summarise_rounds`, with the machine's `cores`, and the `growth` of
    cleaning and scoring and the `reports`, both by number of simulated participants.
    """
    with tempfile.TemporaryDirectory(prefix="benchmark-") as name:
        scratch = Path(name)
        root = scratch / "repository"
        copy_sources(paths.ROOT, root, list_sources(paths.ROOT))
        (root / ".venv").symlink_to(Path(sys.prefix))
        measured = []
        for number in range(rounds):
            folder = scratch / f"round-{number}"
            folder.mkdir()
            measured.append(_measure_round(root, folder, tell))
        growth = {}
        for count in participants:
            grown = measure_growth(root, count, scratch)
            growth[str(count)] = {name: round(value, 2) for name, value in grown.items()}
            tell(f"{count} participants: {growth[str(count)]['clean_s']:.1f} s to clean")
        reports = {}
        for count in REPORTS:
            reports[str(count)] = measure_report(root, count, scratch)
            tell(f"{count} participants: {reports[str(count)]['report_s']:.1f} s to report")
    figures = summarise_rounds(measured)
    figures["compared"] |= compare_reports(reports)
    return {"cores": os.cpu_count(), **figures, "growth": growth, "reports": reports}


def summarise_rounds(measured):
    """Return the median, the least and the most of each figure.

    `measured` has, for each round, wall and processor seconds by kind of work. `compared` has the
    medians of the results of `compare_figures` in each round.
    """
    wall = {name: [each[name][0] for each in measured] for name in measured[0]}
    compared = [compare_figures({name: each[name][0] for name in each}) for each in measured]
    return {
        "rounds": len(measured),
        "seconds": {name: round(statistics.median(each), 2) for name, each in wall.items()},
        "least": {name: round(min(each), 2) for name, each in wall.items()},
        "most": {name: round(max(each), 2) for name, each in wall.items()},
        "cpu_seconds": {
            name: round(statistics.median(each[name][1] for each in measured), 2) for name in wall
        },
        "compared": {
            name: round(statistics.median(each[name] for each in compared), 3)
            for name in compared[0]
        },
    }


def compare_figures(seconds):
    """Return the figures that `FLOORS` limits, by name, from the seconds of each kind of work."""
    cold = seconds["notebooks_cold"]
    return {
        "faster_than_sequence": seconds["papermill_in_sequence"] / cold,
        "faster_than_two": seconds["papermill_two_at_a_time"] / cold,
        "slower_than_plain": cold / seconds["plain_process"],
        "figure_share": seconds["one_figure_changed"] / cold,
        "nothing_to_do": seconds["nothing_to_do"],
    }


def compare_reports(reports):
    """Return the figures of reports that `FLOORS` limits, by name, from the measured reports."""
    few, many = (reports[str(count)] for count in REPORTS)
    return {
        "report_growth": round(many["report_s"] / few["report_s"], 3),
        "report_memory": round(many["peak_gb"], 3),
    }


def _measure_round(root, folder, tell):
    notebooks = [str(step.notebook.relative_to(paths.ROOT)) for step in NOTEBOOKS]
    run_program(["make", "setup"], root)
    if (root / ".run" / "records").exists():
        run_program(["make", "clean"], root)
    measured = {}
    for name, work in (
        ("plain_process", lambda: run_plain(root, notebooks, folder / "plain")),
        ("notebooks_cold", lambda: run_program(["make", "notebooks"], root)),
        ("papermill_in_sequence", lambda: run_papermills(root, NOTEBOOKS, folder / "1", 1)),
        ("papermill_two_at_a_time", lambda: run_papermills(root, NOTEBOOKS, folder / "2", 2)),
        ("report_rendered", lambda: run_program(["make", "report"], root)),
        ("nothing_to_do", lambda: run_program(["make", "report"], root)),
        ("one_figure_changed", lambda: run_program(["make", "notebooks"], root)),
    ):
        if name == "one_figure_changed":
            _change_figure(root)
        wall, processor = time.perf_counter(), _read_processor()
        work()
        measured[name] = (time.perf_counter() - wall, _read_processor() - processor)
        tell(f"{name.replace('_', ' ')}: {measured[name][0]:.2f} s")
    return measured


def _read_processor():
    """Return the processor time of the programs that have ended; other work hardly changes it."""
    spent = os.times()
    return spent.children_user + spent.children_system


def _change_figure(root):
    path = root / FIGURE
    path.write_text(path.read_text(encoding="utf-8") + "\n# changed\n", encoding="utf-8")
