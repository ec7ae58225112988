"""Measure how long an analyst waits, and how the work grows; all in one run."""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from analysis import paths
from analysis.command import run_command
from analysis.errors import DataError
from analysis.reproduce import pipeline

PARTICIPANTS = (7, 100, 1_000, 10_000)
FIGURE = "analysis/reporting/figures/forest.py"
# What a plain notebook imports before it begins.
IMPORTS = (
    "import numpy, pandas, scipy.stats, matplotlib.pyplot, seaborn, pingouin\n"
    "import analysis.cleaning, analysis.instruments, analysis.statistics.efficacy\n"
)
PLAIN = """\
import json, sys
from pathlib import Path
from analysis.reporting.figure import use_style
use_style()

for path in sys.argv[2:]:
    names = {"get_ipython": lambda: None}
    cells = json.loads(Path(path).read_text(encoding="utf-8"))["cells"]
    for cell in cells:
        if cell["cell_type"] == "code":
            code = "".join(cell["source"])
            if "parameters" in cell["metadata"].get("tags", []):
                given = json.loads(sys.argv[1])
                exec(code, names)
                names |= {name: value for name, value in given.items() if name in names}
            else:
                exec(code.replace("from IPython.display import display", "display = print"), names)
"""
CLEAN_AND_SCORE = """\
import json, resource, sys, time
from pathlib import Path
from analysis.cleaning import clean_export, read_export
from analysis.instruments import make_pairs, score_items
from analysis.instruments.totals import compare_totals, set_aside_totals
from analysis.study import load_study
study = load_study()
started = time.perf_counter()
items = clean_export(read_export(Path(sys.argv[1])), study).tables["items"]
cleaned = time.perf_counter()
items = set_aside_totals(items, compare_totals(items))
make_pairs(score_items(items, study), items, study)
ended = time.perf_counter()
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps({"clean_s": cleaned - started, "score_s": ended - cleaned, "peak_mb": peak}))
"""


def measure_run(*, participants=PARTICIPANTS, tell=print):
    """Measure a copy of the repository, and return the figures.

    Parameters
    ----------
    participants : sequence of int
        Sizes of the simulated exports that are cleaned and scored.
    tell : callable
        Takes a line as each figure comes.

    Returns
    -------
    dict
        `seconds` by what was done and `cpu_seconds` spent, the ratios of both, `growth` by
        number of participants (seconds and peak memory), and the machine's `cores`.
    """
    with tempfile.TemporaryDirectory(prefix="benchmark-") as scratch:
        root = _copy_repository(Path(scratch) / "repository")
        told = _Watch(tell)
        notebooks = [str(step.notebook.relative_to(paths.ROOT)) for step in pipeline.NOTEBOOKS]
        _make(root, "setup")
        told("plain_process", lambda: _run_plain(root, notebooks, Path(scratch) / "plain"))
        told("notebooks_cold", lambda: _make(root, f"-j{os.cpu_count()}", "notebooks"))
        told("nothing_to_do", lambda: _make(root, "notebooks"))
        _change_figure(root)
        told("one_figure_changed", lambda: _make(root, f"-j{os.cpu_count()}", "notebooks"))
        told("one_papermill_each", lambda: _run_papermills(root, notebooks, Path(scratch)))
        growth = {count: _measure_growth(root, count, Path(scratch)) for count in participants}
    for count, figures in growth.items():
        tell(f"{count} participants: " + ", ".join(f"{k} {v:.2f}" for k, v in figures.items()))
    return {
        "cores": os.cpu_count(),
        "seconds": {name: round(value, 2) for name, value in told.seconds.items()},
        "cpu_seconds": {name: round(value, 2) for name, value in told.cpu_seconds.items()},
        "ratios": compare_figures(told.seconds),
        "cpu_ratios": compare_figures(told.cpu_seconds),
        "growth": {
            str(count): {name: round(value, 2) for name, value in figures.items()}
            for count, figures in growth.items()
        },
    }


def compare_figures(seconds):
    """Return the ratios that have an aim.

    Parameters
    ----------
    seconds : dict of float
        As `measure_run` gives them.

    Returns
    -------
    dict of float
        `faster_than_papermill` (at least 2.5), `slower_than_plain` (at most 1.5), and
        `figure_share` of the cold run (under a third).
    """
    cold = seconds["notebooks_cold"]
    return {
        "faster_than_papermill": round(seconds["one_papermill_each"] / cold, 2),
        "slower_than_plain": round(cold / seconds["plain_process"], 2),
        "figure_share": round(seconds["one_figure_changed"] / cold, 2),
    }


def format_figures(figures):
    """Return the figures as a short table."""
    aims = {
        "faster_than_papermill": "at least 2.5",
        "slower_than_plain": "at most 1.5",
        "figure_share": "under 0.33",
    }
    lines = [
        f"{name.replace('_', ' '):<24}{value:>9.2f} s" for name, value in figures["seconds"].items()
    ]
    lines += [
        f"{name.replace('_', ' '):<24}{value:>9.2f}    aim: {aims[name]}"
        for name, value in figures["ratios"].items()
    ]
    lines.append(f"{'participants':<24}{'clean':>9} s{'score':>9} s{'peak':>9} MB")
    lines += [
        f"{count:<24}{each['clean_s']:>9.2f} s{each['score_s']:>9.2f} s{each['peak_mb']:>9.0f} MB"
        for count, each in figures["growth"].items()
    ]
    return "\n".join(lines)


def write_figures(figures, folder):
    """Write benchmark.json into a folder, and return its path."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "benchmark.json"
    path.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    return path


class _Watch:
    def __init__(self, tell):
        self.tell = tell
        self.seconds = {}
        self.cpu_seconds = {}

    def __call__(self, name, work):
        wall, cpu = time.perf_counter(), _read_cpu()
        work()
        self.seconds[name] = time.perf_counter() - wall
        self.cpu_seconds[name] = _read_cpu() - cpu
        self.tell(f"{name.replace('_', ' ')}: {self.seconds[name]:.2f} s")


def _read_cpu():
    """Return the processor time of the programs that have ended; other work hardly changes it."""
    spent = os.times()
    return spent.children_user + spent.children_system


def _copy_repository(root):
    """Clone what is committed; the environment is this one."""
    _run(["git", "clone", "--quiet", str(paths.ROOT), str(root)], Path.cwd())
    (root / ".venv").symlink_to(Path(sys.prefix))
    return root


def _make(root, *arguments):
    _run(["make", *arguments], root)


def _run_plain(root, notebooks, outputs):
    given = json.dumps({"inputs": str(outputs), "outputs": str(outputs)})
    _run([sys.executable, "-c", PLAIN, given, *notebooks], root)


def _run_papermills(root, notebooks, scratch):
    outputs = scratch / "papermill"
    outputs.mkdir()
    for name in notebooks:
        notebook = json.loads((root / name).read_text(encoding="utf-8"))
        first = next(cell for cell in notebook["cells"] if cell["cell_type"] == "code")
        first["source"] = [IMPORTS, *first["source"]]
        plain = root / "notebooks" / f"plain_{Path(name).name}"
        plain.write_text(json.dumps(notebook), encoding="utf-8")
        declared = "".join(first["source"])
        given = [
            word
            for each in ("inputs", "outputs")
            if f"{each} =" in declared
            for word in ("-p", each, str(outputs))
        ]
        papermill = [sys.executable, "-m", "papermill", str(plain), str(outputs / Path(name).name)]
        _run([*papermill, "-k", "python3", "--cwd", str(root), *given], root)


def _change_figure(root):
    path = root / FIGURE
    path.write_text(path.read_text(encoding="utf-8") + "\n# changed\n", encoding="utf-8")


def _measure_growth(root, participants, scratch):
    export = scratch / f"export-{participants}"
    demo = ["-m", "analysis.demo", "--participants", str(participants), "--out", str(export)]
    _run([sys.executable, *demo], root)
    return json.loads(_run([sys.executable, "-c", CLEAN_AND_SCORE, str(export)], root))


def _run(command, folder):
    """Run a command with the code of its folder, and return what it prints."""
    done = subprocess.run(
        command,
        cwd=folder,
        env={k: v for k, v in os.environ.items() if not k.startswith("MAKE")}
        | {"PYTHONPATH": str(folder), "MPLBACKEND": "agg"},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise DataError(
            f"{command[:4]} ended with {done.returncode}: {done.stderr.strip().splitlines()[-1]}"
        )
    return done.stdout


def main():
    """Measure, print the table, and write report/record/benchmark.json."""
    figures = measure_run()
    print(format_figures(figures))
    print(f"Written: {write_figures(figures, paths.REPORT / 'record').relative_to(paths.ROOT)}")


if __name__ == "__main__":
    sys.exit(run_command(main))
