"""The baselines of a benchmark, and the growth of work with the number of participants."""

import graphlib
import json
import os
import subprocess
import sys
import time
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from pathlib import Path

import psutil

from analysis.errors import DataError

# The interval at which the memory of a run is read.
WATCH_SECONDS = 0.2
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
from analysis.instruments.scores import pair_scores, score_items
from analysis.instruments.scores import compare_totals, set_aside_totals
from analysis.study import load_study
study = load_study()
started = time.perf_counter()
items = clean_export(read_export(Path(sys.argv[1])), study).tables["items"]
cleaned = time.perf_counter()
items = set_aside_totals(items, compare_totals(items))
pair_scores(score_items(items, study), items, study)
ended = time.perf_counter()
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps({"clean_s": cleaned - started, "score_s": ended - cleaned, "peak_mb": peak}))
"""


def run_plain(root, notebooks, outputs):
    """Do the work of a copy's notebooks in one plain Python process, without Jupyter."""
    given = json.dumps({"inputs": str(outputs), "outputs": str(outputs)})
    run_program([sys.executable, "-c", PLAIN, given, *notebooks], root)


def run_papermills(root, steps, outputs, jobs):
    """Run each notebook of a copy of the repository, unchanged, by the papermill command.

    Each starts when the ones that it depends on are done, `jobs` at a time.
    """
    outputs.mkdir()
    order = graphlib.TopologicalSorter({step.name: step.after for step in steps})
    order.prepare()
    running = {}
    with ThreadPoolExecutor(jobs) as pool:
        while order.is_active():
            for name in order.get_ready():
                running[pool.submit(_run_papermill, root, name, outputs)] = name
            for done in wait(running, return_when=FIRST_COMPLETED).done:
                done.result()
                order.done(running.pop(done))


def _run_papermill(root, name, outputs):
    path = Path("notebooks") / f"{name}.ipynb"
    cells = json.loads((root / path).read_text(encoding="utf-8"))["cells"]
    declared = "".join(next(cell for cell in cells if cell["cell_type"] == "code")["source"])
    folders = [each for each in ("inputs", "outputs") if f"{each} =" in declared]
    given = [word for each in folders for word in ("-p", each, str(outputs))]
    papermill = [sys.executable, "-m", "papermill", str(path), str(outputs / path.name)]
    run_program([*papermill, "-k", "python3", "--cwd", str(root), *given], root)


def measure_growth(root, participants, scratch):
    """Clean and score a simulated export; return the seconds of both, and the peak memory in MB."""
    export = _make_export(root, participants, scratch)
    return json.loads(run_program([sys.executable, "-c", CLEAN_AND_SCORE, str(export)], root))


def measure_report(root, participants, scratch):
    """Make the report of a simulated export from scratch; return seconds and peak memory in GB."""
    export = _make_export(root, participants, scratch)
    outputs = scratch / f"report-{participants}"
    choices = [f"RAW={export}", f"OUT={outputs}", "RENDERER=builtin"]
    peaks = [0]
    started = time.perf_counter()
    run_program(["make", "report", *choices], root, peaks=peaks)
    return {"report_s": time.perf_counter() - started, "peak_gb": max(peaks) / 1e9}


def _make_export(root, participants, scratch):
    export = scratch / f"export-{participants}"
    if not export.exists():
        demo = ["-m", "analysis", "demo", "--participants", str(participants), "--out", str(export)]
        run_program([sys.executable, *demo], root)
    return export


def run_program(command, folder, *, peaks=None):
    """Run a command with the code of its folder, and return what it prints.

    The memory that it and its children use, in bytes, is added to `peaks` at regular intervals.
    """
    started = subprocess.Popen(
        command,
        cwd=folder,
        env={k: v for k, v in os.environ.items() if not k.startswith("MAKE")}
        | {"PYTHONPATH": str(folder), "MPLBACKEND": "agg"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with ThreadPoolExecutor(1) as watcher:
        if peaks is not None:
            watcher.submit(_watch_memory, psutil.Process(started.pid), peaks)
        printed, errors = started.communicate()
    if started.returncode:
        last = errors.strip().splitlines()[-1]
        raise DataError(f"{command[:4]} ended with {started.returncode}: {last}")
    return printed


def _watch_memory(program, peaks):
    """Record the memory that a program and its children use, until it ends."""
    while program.is_running() and program.status() != psutil.STATUS_ZOMBIE:
        peaks.append(sum(map(_read_memory, [program, *program.children(recursive=True)])))
        time.sleep(WATCH_SECONDS)


def _read_memory(program):
    try:
        return program.memory_info().rss
    except psutil.NoSuchProcess:
        return 0
