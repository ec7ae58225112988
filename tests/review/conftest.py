"""Real runs in small: cleaning, scoring and efficacy, without notebooks and documents."""

import hashlib
import json
import shutil
import sys
from pathlib import Path

import pytest
from programs import call, git, track

from analysis import paths
from analysis.review.evidence import Evidence, digest_export, digest_tables
from analysis.tables import read_table

RUN = """
import sys
from pathlib import Path
from analysis.cleaning import clean_export, read_export
from analysis.cleaning.clean import write_cleaned
from analysis.instruments.scores import pair_scores, score_items
from analysis.instruments.scores import compare_totals, set_aside_totals
from analysis.results import Context, collect_results
from analysis.statistics.efficacy import summarise_efficacy
from analysis.statistics.populations import prepare_pairs
from analysis.study import load_study
from analysis.tables import read_table, write_table

study, folder = load_study(), Path(sys.argv[1])
write_cleaned(clean_export(read_export(Path("data/raw")), study), folder)
items = read_table("items", folder)
items = set_aside_totals(items, compare_totals(items))
scores = score_items(items, study)
write_table(scores, "scores", folder)
write_table(pair_scores(scores, items, study), "pairs", folder)
names = ("participants", "scores", "pairs", "visits", "intercurrent_events")
tables = {name: read_table(name, folder) for name in names}
tables["pairs"] = prepare_pairs(tables, study)
tables = {name: tables[name] for name in names[:3]}
context = Context("efficacy", "04_efficacy", "simulated", "full_analysis")
results = summarise_efficacy(**tables, study=study, context=context)
write_table(collect_results([results]), "results", folder)
"""


# What such a run notes of itself, as the runner does for a step.
NOTE = """
from analysis.paths import Outputs
from analysis.run.steps import STEPS
from analysis.run.fingerprint import list_code, take_fingerprint
from analysis.run.settings import Settings
from analysis.run.state import Record, hash_file, write_record

settings = Settings(renderer="builtin")
made = {f"data/processed/{path.name}": hash_file(path) for path in folder.glob("*.csv")}
for step in STEPS:
    fingerprint = take_fingerprint(step, settings, code=list_code())
    record = Record(fingerprint, made if step.name == "04_efficacy" else {})
    write_record(settings.outputs, step.name, record)
"""
KEEP = """
import sys
from pathlib import Path
from analysis.paths import Outputs, RAW
from analysis.review.evidence import take_evidence, write_evidence
evidence = take_evidence(Outputs(), raw=RAW, environment=Path(sys.prefix))
write_evidence(evidence, Path("report/record"))
"""


class Checkout:
    """The code and the export, to be spoilt and run."""

    def __init__(self, root):
        self.root = root
        self.raw = root / "data" / "raw"

    def call(self, *arguments):
        """Run Python in the checkout, and return what came of it."""
        return call(sys.executable, "-Es", *arguments, cwd=self.root)

    def rewrite(self, file, change):
        """Change the text of a file; something has to change."""
        path = self.root / file
        before = path.read_bytes()
        path.write_bytes(change(before))
        assert path.read_bytes() != before

    def seal(self):
        """Redo the checksums of the export, as one who hides a change."""
        files = sorted(p for p in self.raw.iterdir() if p.name not in ("SHA256SUMS", "README.md"))
        lines = [f"{_hash(path)}  {path.name}\n" for path in files]
        (self.raw / "SHA256SUMS").write_text("".join(lines))

    def run(self):
        outputs = paths.Outputs(self.root)
        shutil.rmtree(outputs.processed, ignore_errors=True)
        outputs.processed.mkdir(parents=True)
        code = f"import sys; sys.path.insert(0, '.')\n{RUN}"
        done = self.call("-c", code, outputs.processed)
        assert done.returncode == 0, done.stderr
        sources = [*self.raw.iterdir(), *self.root.glob("analysis/**/*.py")]
        return Evidence(
            results=read_table("results", outputs.processed),
            inputs={
                path.relative_to(self.root).as_posix().removeprefix("data/"): _hash(path)
                for path in sources
            },
            raw=digest_export(self.raw),
            tables=digest_tables(outputs),
            files={p.name: _hash(p) for p in outputs.processed.glob("*.csv")},
            texts={"the built-in renderer": {"index.html": "0" * 64}},
            renderer="the built-in renderer",
            platform={"system": "Linux", "Python": "3.11.7"},
            packages={"numpy": "2.4.6", "scipy": "1.17.1"},
        )


class Repository(Checkout):
    """A checkout in git in which the reviewer's command runs as it is.

    Its Makefile makes, in place of notebooks and documents, the run in small.
    """

    def record(self):
        call("make", "--silent", "report", cwd=self.root, check=True)
        kept = self.call("-c", f"import sys; sys.path.insert(0, '.')\n{KEEP}")
        assert kept.returncode == 0, kept.stderr
        shutil.rmtree(self.root / "data" / "processed")
        shutil.rmtree(self.root / ".run")
        track(self.root)
        git(self.root, "commit", "-q", "-m", "recorded")

    def verify(self, *options):
        done = self.call("-m", "analysis", "verify", *options)
        assert "Traceback" not in done.stderr, done.stderr
        verdict = json.loads((self.root / ".run/verify/verdict.json").read_text(encoding="utf-8"))
        return done.returncode, done.stdout, verdict


def copy_checkout(source, root):
    ignored = shutil.ignore_patterns("__pycache__")
    for part in ("analysis", "data/raw"):
        shutil.copytree(source / part, root / part, ignore=ignored)
    shutil.copy(source / "study.yml", root / "study.yml")
    return Checkout(root)


@pytest.fixture(scope="session")
def recorded(tmp_path_factory):
    return copy_checkout(paths.ROOT, tmp_path_factory.mktemp("recorded"))


@pytest.fixture(scope="session")
def record(recorded):
    return recorded.run()


@pytest.fixture(scope="session")
def recorded_repository(tmp_path_factory):
    root = copy_checkout(paths.ROOT, tmp_path_factory.mktemp("git") / "in small").root
    shutil.copytree(paths.NOTEBOOK_FOLDER, root / "notebooks")
    written = shutil.ignore_patterns("_*", "notebooks", "record")
    shutil.copytree(paths.REPORT_FOLDER, root / "report", ignore=written)
    shutil.copy(paths.LOCK, root / paths.LOCK.name)
    (root / ".venv").symlink_to(sys.prefix)
    (root / ".gitignore").write_text(".venv\n.run\ndata/processed\n__pycache__\n")
    rule = ".PHONY: report\nreport: ; @.venv/bin/python -Es run.py data/processed\n"
    (root / "Makefile").write_text(rule)
    start = "import os, sys\nsys.path.insert(0, os.curdir)\nos.makedirs(sys.argv[1])\n"
    (root / "run.py").write_text(start + RUN + NOTE)
    repository = Repository(root)
    repository.record()
    return repository


@pytest.fixture
def repository(recorded_repository, tmp_path):
    """Return a copy that a test may spoil."""
    root = tmp_path / "in small"
    shutil.copytree(recorded_repository.root, root, symlinks=True)
    return Repository(root)


def _hash(path):
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()
