"""The whole analysis gives the same results on a de-identified export, but for declared ones."""

import re
import subprocess
import sys

import pandas as pd
import pytest
import yaml

from analysis import paths
from analysis.release.deidentify import DIFFERING
from analysis.review.compare import compare_results
from analysis.tables import read_table

pytestmark = pytest.mark.slow

# The notebooks' own cells, without kernels.
RUN = """
import json, sys
from pathlib import Path

import matplotlib

matplotlib.use("agg")
study, *exports = sys.argv[1:]
for raw, out in zip(exports[::2], exports[1::2]):
    Path(out).mkdir()
    for path in sorted(Path("notebooks").glob("0*.ipynb")):
        space = {}
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            if cell["cell_type"] == "code":
                exec("".join(cell["source"]), space)
                if "parameters" in cell["metadata"].get("tags", ()):
                    space |= {"study": study, "raw": raw, "inputs": out, "outputs": out}
"""


@pytest.fixture(scope="module")
def results(real, published, tmp_path_factory):
    root = tmp_path_factory.mktemp("runs")
    plan = yaml.safe_load(paths.STUDY.read_text(encoding="utf-8"))
    plan["governance"] |= {"ethics": "Approved", "responsible_person": "The team"}
    (root / "study.yml").write_text(yaml.safe_dump(plan, allow_unicode=True), encoding="utf-8")
    runs = [str(each) for each in (real.root, root / "real", published.root, root / "published")]
    code = f"import sys; sys.path.insert(0, '.')\n{RUN}"
    done = subprocess.run(
        [sys.executable, "-Es", "-c", code, str(root / "study.yml"), *runs],
        cwd=paths.ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return [gather(root / name) for name in ("real", "published")]


def gather(folder):
    """Return the results of all notebooks; `read_table` reads one folder's table of a name."""
    parts = []
    for path in sorted((folder / "results").glob("*.csv")):
        (folder / "results.csv").write_bytes(path.read_bytes())
        parts.append(read_table("results", folder))
    return pd.concat(parts, ignore_index=True)


def is_declared(result_id):
    return any(re.match(pattern, result_id) for pattern, _ in DIFFERING)


def test_every_result_that_differs_is_declared_and_every_other_agrees_to_nine_digits(results):
    before, after = results
    assert len(before) == len(after) > 4000
    compared = [frame[~frame["result_id"].map(is_declared)] for frame in results]
    assert compare_results(*compared).differing == ()
    differing = {line.split()[0].rstrip(":") for line in compare_results(before, after).differing}
    assert all(is_declared(name) for name in differing)
    for pattern, _ in DIFFERING:
        assert any(re.match(pattern, name) for name in differing), pattern
    # Declared by name, not by the dozen.
    assert len(compared[0]) > 0.95 * len(before)


def test_what_bears_a_participant_s_name_has_the_same_values_under_another(results):
    for statistic in (r"\.without\.", r"\.leave_one_out\."):
        values = [
            sorted(frame.loc[frame["result_id"].str.contains(statistic), "value"])
            for frame in results
        ]
        assert values[0] == pytest.approx(values[1], rel=1e-9) and values[0]
