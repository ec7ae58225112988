"""The worked example of notebooks/README.md."""

import re

from analysis import paths
from analysis.results import find_text
from analysis.tables import read_table


def test_the_subgroup_of_the_guide_is_computed_and_written(trial, tmp_path):
    text = (paths.NOTEBOOK_FOLDER / "README.md").read_text(encoding="utf-8")
    names = {}
    example = text[text.index("### Example: add a subgroup") :]
    cells = re.findall(r"```python\n(.*?)```", example, re.DOTALL)
    exec(cells[0], names)
    assert set(names) - {"__builtins__"} == {"study", "inputs", "outputs"}
    names |= {"inputs": str(trial.processed), "outputs": str(tmp_path)}
    for cell in cells[1:]:
        exec(cell, names)
    results = read_table("results/07_subgroup", tmp_path)
    (key,) = re.findall(r"\{\{< var (\S+) >\}\}", text)
    assert find_text(results, key)
    assert results["result_id"].str.startswith("07_subgroup.").all()
    n = results.set_index("result_id")["value"]["07_subgroup.hand_mrss.limited.n_pairs"]
    enrolled = trial.participants[trial.participants["in_enrolled"] != "no"]
    assert n == (enrolled["subset"] == "limited").sum()
