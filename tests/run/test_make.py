"""Make and the runner together, on notebooks that take no time."""

import json
import os
import subprocess

import pytest

from analysis.run import steps

NOTEBOOKS = ["01_clean", "02_score", "03_describe", "04_efficacy", "05_sensitivity", "06_safety"]
# A cell that waits a while for another one like it.
MEET = """
import time
from pathlib import Path
def note(word):
    with open('log', 'a') as file:
        print(word, file=file)
note('begin')
deadline = time.monotonic() + %s
while Path('log').read_text().count('begin') < 2 and time.monotonic() < deadline:
    time.sleep(0.05)
note('end')
"""


def test_nothing_is_run_twice(toy):
    assert toy.succeed("notebooks") == set()
    assert "up to date" in toy.make("notebooks").stdout


def test_a_changed_raw_file_reruns_all_that_it_changes(toy):
    toy.edit("data/raw/export.csv", "1,2", "1,3")
    assert toy.succeed("-j2", "notebooks") >= {"01_clean", "02_score"}
    assert "1,3" in toy.published()["data/processed/pairs.csv"].decode()


def test_what_comes_out_the_same_stops_the_rerun(toy):
    # The cleaning ignores case, so that its tables stay and nothing else has to run.
    toy.edit("data/raw/export.csv", "A,B", "a,b")
    assert toy.succeed("notebooks") == {"01_clean"}


def test_a_changed_notebook_reruns_alone(toy):
    toy.edit("notebooks/06_safety.ipynb", "# Toy", "# Joy")
    assert toy.succeed("notebooks") == {"06_safety"}
    assert b"# Joy" in toy.published()["report/notebooks/06_safety.ipynb"]


def test_a_module_of_the_same_length_and_time_reruns_what_imports_it(toy):
    toy.edit("analysis/toys/word.py", "old", "new")
    assert toy.succeed("notebooks") == {"04_efficacy"}
    assert toy.published()["report/_generated/figures/word.txt"] == b"new"


def test_a_step_depends_on_the_code_that_it_has_loaded(toy):
    record = json.loads((toy.root / ".run/records/04_efficacy.json").read_text())["content"]
    code = {name for name in record["fingerprint"] if name.startswith("analysis/")}
    runner = {f"analysis/run/{name}.py" for name in ("environment", "normalise")}
    assert {name for name in code if name.startswith("analysis/run/")} == runner
    assert "analysis/toys/word.py" in code
    assert not {name.split("/")[1] for name in code} & {"trail", "review", "release", "demo"}


def test_what_is_edited_while_a_step_runs_stops_it(toy):
    before = toy.published()
    edit = "__import__('pathlib').Path('analysis/toys/word.py').write_text('')"
    toy.edit("notebooks/04_efficacy.ipynb", "import WORD", f"import WORD; {edit}")
    done = toy.make("notebooks")
    assert "analysis/toys/word.py has changed while 04_efficacy ran" in done.stderr
    assert "Error 1" in done.stderr and toy.published() == before


def test_a_changed_plan_outdates_every_notebook_and_a_comment_or_an_author_none(toy):
    toy.edit("study.yml", "authors:", "# a comment\nauthors:\n  - {name: Another, affiliation: x}")
    assert "outdated" not in toy.make("why").stdout.partition("results")[0]
    toy.edit("study.yml", "alpha: {value: 0.05", "alpha: {value: 0.01")
    output = toy.make("why").stdout
    assert [name for name in NOTEBOOKS if f"{name}: outdated" in output] == NOTEBOOKS


def test_an_output_that_is_no_longer_made_is_removed(toy):
    toy.edit("notebooks/04_efficacy.ipynb", "'word.txt'", "'name.txt'")
    assert toy.succeed("notebooks") == {"04_efficacy"}
    names = {file.rpartition("/")[2] for file in toy.published()}
    assert "name.txt" in names and "word.txt" not in names


def test_make_n_changes_nothing(toy):
    toy.edit("data/raw/export.csv", "1,2", "1,3")
    before = {path: path.stat().st_mtime_ns for path in toy.root.rglob("*") if path.is_file()}
    assert toy.make("-n", "notebooks").returncode == 0
    after = {path: path.stat().st_mtime_ns for path in toy.root.rglob("*") if path.is_file()}
    assert after == before


@pytest.mark.parametrize(
    ("arguments", "patience", "order"),
    [
        ([], 60, "begin begin end end" if os.cpu_count() > 1 else "begin end begin end"),
        (["-j1"], 0.5, "begin end begin end"),
    ],
)
def test_notebooks_that_need_nothing_of_each_other_run_side_by_side_unless_told_otherwise(
    toy, arguments, patience, order
):
    for name in ("03_describe", "06_safety"):
        toy.edit(
            f"notebooks/{name}.ipynb", "pairs = ", json.dumps(MEET % patience)[1:-1] + "pairs = "
        )
    code, output = toy.run(*arguments, "notebooks")
    assert code == 0 and output.count(" done in ") == 2, output
    assert (toy.root / "log").read_text().split() == order.split(), output


def test_a_failing_notebook_publishes_nothing_and_says_why(toy):
    before = toy.published()
    toy.edit("data/raw/export.csv", "1,2", "broken")
    done = toy.make("notebooks")
    assert done.returncode == 2
    assert "Error 1" in done.stderr
    assert "Traceback" not in done.stderr
    assert "export.csv, field mrss_hand: a code outside its choices." in done.stderr
    assert toy.published() == before
    assert (toy.root / ".run/failed/01_clean.ipynb").exists()
    assert not list((toy.root / ".run/stage").iterdir())


def test_another_exception_names_the_notebook_and_its_line(toy):
    toy.edit("notebooks/02_score.ipynb", "write_text(items", "write_text(missing")
    done = toy.make("notebooks")
    assert "02_score" in done.stderr and "NameError" in done.stderr
    assert len(done.stderr.splitlines()) < 6


def test_a_module_that_is_no_python_is_named_with_its_line_before_anything_runs(toy):
    toy.edit("analysis/toys/word.py", "WORD", "x = 1\ndef (\nWORD")
    done = toy.make("notebooks")
    assert "Error: analysis/toys/word.py:2: this is not valid Python: def (" in done.stderr
    assert "Error 1" in done.stderr and " done in " not in done.stderr


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("import os; os._exit(9)", "the kernel of 06_safety ended"),
        ("raise MemoryError", "06_safety: this machine has not enough memory. Close other"),
    ],
)
def test_what_the_machine_has_ended_is_told(toy, code, said):
    toy.edit("notebooks/06_safety.ipynb", "pairs = ", f"{code}; pairs = ")
    done = toy.make("notebooks")
    assert "Error 3" in done.stderr and said in done.stderr


def test_a_notebook_sees_only_the_tables_it_declares(toy):
    assert b"efficacy.toy.n" in toy.published()["data/processed/results.csv"]
    read = next(step.tables for step in steps.NOTEBOOKS if step.name == "04_efficacy")
    rows = toy.published()["data/processed/results.csv"].decode().splitlines()
    counts = {row.split(",")[0]: row.split(",")[8] for row in rows[1:]}
    assert float(counts["efficacy.toy.n"]) == len(read)


def test_out_raw_and_parameters(toy):
    before = toy.published()
    other = toy.root / "export"
    other.mkdir()
    (other / "export.csv").write_text("C\n")
    toy.succeed("-j2", "notebooks", "RAW=export", "OUT=elsewhere", "PARAMS=followup_visit=week_4")
    assert toy.published() == before
    published = toy.published("elsewhere")
    assert published["data/processed/items.csv"] == b"items\nc\n"
    assert published["report/_generated/figures/04_efficacy.txt"] == b"week_4"
    copy = json.loads(published["report/notebooks/04_efficacy.ipynb"])
    assert 'followup_visit = "week_4"' in "".join(copy["cells"][2]["source"])


def test_wrong_use_is_told_before_anything_runs(toy):
    for arguments, message in (
        (["PARAMS=followup_visit=week_4"], "PARAMS needs OUT"),
        (["RAW=export"], "RAW needs OUT"),
        (["OUT=x", "PARAMS=folowup_visit=week_4"], "Did you mean followup_visit"),
        (["OUT=data/raw"], "which a run only reads"),
        (["RENDERER=word"], "is no renderer"),
    ):
        done = toy.make("notebooks", *arguments)
        assert message in done.stderr and "Error 2" in done.stderr, done.stderr
    for misspelt in ("RWA=export", "out=x", "PARAM=followup_visit=week_4"):
        done = toy.make("notebooks", misspelt)
        name = misspelt.partition("=")[0]
        assert f"no choice called {name}: there are RAW" in done.stderr and done.returncode == 2
    assert "no spaces" in toy.make("notebooks", "OUT=a b").stderr
    assert "Error 3" in toy.make("notebooks", "OUT=x", "RAW=nowhere").stderr


def test_an_environment_variable_takes_nothing_over(toy):
    assert toy.succeed("notebooks", OUT="elsewhere", RAW="nowhere", PARAMS="x=1") == set()
    assert not (toy.root / "elsewhere").exists()


def test_copies_tell_nothing_of_the_machine(toy, tmp_path_factory):
    copies = {name: text for name, text in toy.published().items() if name.endswith(".ipynb")}
    for text in copies.values():
        assert str(toy.root).encode() not in text
        assert b"papermill" not in text and b"iopub" not in text
    texts = [
        "".join(o["text"])
        for c in _code(copies["report/notebooks/04_efficacy.ipynb"])
        for o in c["outputs"]
        if "text" in o
    ]
    assert texts == ["data/processed\n"]


def test_two_runs_at_once_share_the_work(toy):
    toy.edit("data/raw/export.csv", "A,B", "a,b")
    command = ["make", "report/notebooks/01_clean.ipynb"]
    runs = [
        subprocess.Popen(command, cwd=toy.root, stderr=subprocess.PIPE, text=True) for _ in "ab"
    ]
    output = [run.communicate(timeout=60)[1] for run in runs]
    assert [run.returncode for run in runs] == [0, 0]
    assert "".join(output).count("01_clean        done in") == 1


def test_why_names_the_cause(toy):
    toy.edit("analysis/toys/word.py", "old", "new")
    output = toy.make("why").stdout
    assert "04_efficacy: outdated\n    analysis/toys/word.py has changed" in output
    assert "02_score: up to date" in output
    assert "results: up to date, unless 04_efficacy changes it" in output or "results: " in output


def _code(text):
    return [cell for cell in json.loads(text)["cells"] if cell["cell_type"] == "code"]
