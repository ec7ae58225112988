"""A person's own notebooks and files: part of the run, and never lost to it."""

import json

from toys import ANALYSE, RESULT_COLUMNS, make_notebook

from analysis.paths import Outputs
from analysis.run.lab import lay_out_copies

PARAMETERS = 'inputs = "data/processed"\noutputs = "scratch"\nfollowup_visit = "week_12"'


def write_own(toy, name="07_mine", prefix="07_mine"):
    code = ANALYSE.replace("NOTEBOOK", name).replace("NAME", prefix)
    notebook = make_notebook(PARAMETERS, code.replace("COLUMNS", repr(RESULT_COLUMNS)))
    (toy.root / f"notebooks/{name}.ipynb").write_text(json.dumps(notebook))


def test_a_notebook_of_ones_own_runs_after_the_six_and_is_withdrawn_with_its_notebook(toy):
    write_own(toy)
    assert "07_mine: outdated\n    new" in toy.make("why").stdout
    assert toy.succeed("notebooks") == {"07_mine", "results"}
    published = toy.published()
    assert b"\n07_mine.toy.n," in published["data/processed/results.csv"]
    assert {"report/notebooks/07_mine.ipynb", "report/_generated/figures/07_mine.txt"} <= {
        *published
    }
    assert toy.succeed("notebooks") == set()
    (toy.root / "notebooks/07_mine.ipynb").unlink()
    done = toy.make("notebooks")
    assert "07_mine is gone: what it had published is removed." in done.stdout
    assert not [name for name in toy.published() if "07_mine" in name]
    assert b"07_mine" not in toy.published()["data/processed/results.csv"]


def test_its_results_begin_with_its_name(toy):
    write_own(toy, prefix="efficacy")
    done = toy.make("notebooks")
    assert "07_mine names a result efficacy.toy.n" in done.stderr
    assert 'Begin its ids with "07_mine."' in done.stderr
    assert not [name for name in toy.published() if "07_mine" in name]


def test_a_table_edited_by_hand_is_kept_elsewhere_and_named(toy):
    (toy.root / "data/processed/pairs.csv").write_text("mine\n")
    done = toy.make("notebooks")
    said = (
        "data/processed/pairs.csv was edited by hand; your version is in scratch/edited/pairs.csv"
    )
    assert said in done.stderr
    assert (toy.root / "scratch/edited/pairs.csv").read_text() == "mine\n"
    assert (toy.root / "data/processed/pairs.csv").read_text() != "mine\n"


def test_clean_removes_what_a_run_wrote_and_nothing_else(toy):
    mine = ("data/processed/mine.csv", "report/notebooks/mine.ipynb", "data/processed/pairs.csv")
    (toy.root / "notebooks/executed").mkdir()
    for name in (*mine, "notebooks/executed/02_score.ipynb"):
        (toy.root / name).write_text("mine\n")
    names = ("analysis", "data/raw", "notebooks", "Makefile", "study.yml")
    sources = [each for name in names for each in (toy.root / name, *(toy.root / name).rglob("*"))]
    written = set(toy.published()) - {*mine}
    done = toy.make("clean")
    assert done.returncode == 0 and all(path.exists() for path in sources)
    assert "data/processed/pairs.csv was edited by hand, and stays." in done.stdout
    assert all((toy.root / name).read_text() == "mine\n" for name in mine)
    assert not [name for name in written if (toy.root / name).exists()]
    assert not (toy.root / "report/_generated").exists() and not (toy.root / ".run").exists()


def test_copies_to_read_are_laid_out_anew_and_a_persons_files_beside_them_stay(tmp_path):
    outputs, folder = Outputs(tmp_path), tmp_path / "executed"
    outputs.notebooks.mkdir(parents=True)
    for name in ("01_clean", "02_score", "03_old"):
        notebook = make_notebook("a = 1", f"'{name}'")
        (outputs.notebooks / f"{name}.ipynb").write_text(json.dumps(notebook))
    assert lay_out_copies(outputs, folder) == []
    (folder / "own.ipynb").write_text("mine")
    (folder / "02_score.ipynb").write_text("spoiled")
    (outputs.notebooks / "03_old.ipynb").unlink()
    assert [path.name for path in lay_out_copies(outputs, folder)] == ["02_score_mine.ipynb"]
    assert sorted(path.name for path in folder.iterdir()) == [
        *("01_clean.ipynb", "02_score.ipynb", "02_score_mine.ipynb", "own.ipynb")
    ]
    assert (folder / "own.ipynb").read_text() == "mine"
    assert (folder / "02_score_mine.ipynb").read_text() == "spoiled"
    assert "02_score" in (folder / "02_score.ipynb").read_text()
