"""Real runs in small: cleaning, scoring and efficacy, without notebooks and documents."""

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from analysis import paths
from analysis.reproduce.review.evidence import Evidence, digest_export, digest_tables
from analysis.tables import read_table

RUN = """
import sys
from pathlib import Path
from analysis.cleaning import clean_export, read_export
from analysis.cleaning.output import write_cleaned
from analysis.instruments import make_pairs, score_items
from analysis.instruments.totals import compare_totals, set_aside_totals
from analysis.results import Context, collect_results
from analysis.statistics.efficacy import summarise_efficacy
from analysis.study import load_study
from analysis.tables import read_table, write_table

study, folder = load_study(), Path(sys.argv[1])
write_cleaned(clean_export(read_export(Path("data/raw")), study), folder)
items = read_table("items", folder)
items = set_aside_totals(items, compare_totals(items))
scores = score_items(items, study)
write_table(scores, "scores", folder)
write_table(make_pairs(scores, items, study), "pairs", folder)
tables = {name: read_table(name, folder) for name in ("participants", "scores", "pairs")}
context = Context("efficacy", "04_efficacy", "simulated", "full_analysis")
results = summarise_efficacy(**tables, study=study, context=context)
write_table(collect_results([results]), "results", folder)
"""


class Checkout:
    """The code and the export, to be spoilt and run."""

    def __init__(self, root):
        self.root = root
        self.raw = root / "data" / "raw"

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
        """Run cleaning, scoring and efficacy, and return the evidence."""
        outputs = paths.Outputs(self.root)
        shutil.rmtree(outputs.processed, ignore_errors=True)
        outputs.processed.mkdir(parents=True)
        code = f"import sys; sys.path.insert(0, '.')\n{RUN}"
        done = subprocess.run(
            [sys.executable, "-Es", "-c", code, str(outputs.processed)],
            cwd=self.root,
            capture_output=True,
            text=True,
            check=False,
        )
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


def copy_checkout(source, root):
    ignored = shutil.ignore_patterns("__pycache__")
    for part in ("analysis", "data/raw"):
        shutil.copytree(source / part, root / part, ignore=ignored)
    shutil.copy(source / "study.yml", root / "study.yml")
    return Checkout(root)


@pytest.fixture(scope="session")
def recorded(tmp_path_factory):
    """Return code and export as they are."""
    return copy_checkout(paths.ROOT, tmp_path_factory.mktemp("recorded"))


@pytest.fixture(scope="session")
def record(recorded):
    """Return the evidence of a run of code and export as they are."""
    return recorded.run()


@pytest.fixture
def checkout(recorded, tmp_path):
    """Return a copy that a test may spoil."""
    return copy_checkout(recorded.root, tmp_path)


def _hash(path):
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()
