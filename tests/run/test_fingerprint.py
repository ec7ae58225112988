"""What a step depends on: the code that it loads with the data beside, and its part of the plan."""

import pytest
import yaml

from analysis import paths
from analysis.run.fingerprint import find_code, list_code, select_code, take_fingerprint
from analysis.run.settings import Settings
from analysis.run.steps import CLEAN, EFFICACY, REPORT, SCORE

ROOMS = {
    "__init__.py": "",
    "words.json": "{}",
    "a.py": "",
    "c/__init__.py": "",
    "c/d.py": "",
    "c/words.csv": "",
    "c/shapes/one.svg": "",
    "demo/__init__.py": "",
    "demo/forms.csv": "",
    "review/__init__.py": "",
    "review/efficacy.R": "",
}


def test_modules_that_are_loaded_count_with_the_data_beside_them_and_others_do_not(
    tmp_path, monkeypatch
):
    for name, text in ROOMS.items():
        path = tmp_path / "analysis" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    code = ("analysis/__init__.py", "analysis/c/d.py")
    with monkeypatch.context() as patch:
        patch.setattr(paths, "ROOT", tmp_path)
        files = [tmp_path / name for name in (*code, "study.yml")]
        assert select_code(map(str, files)) == {*code}
        assert list_code() == sorted(f"analysis/{name}" for name in ROOMS if name.endswith(".py"))
        fingerprint = take_fingerprint(SCORE, Settings(), code=code)
    names = {name for name in fingerprint if name.startswith("analysis/")}
    data = {f"analysis/{name}" for name in ("words.json", "c/words.csv", "c/shapes/one.svg")}
    # The program in R lies where no module that a step loads does.
    assert names == {*code, *data}
    assert find_code(fingerprint) == sorted(code)


@pytest.mark.parametrize(
    ("part", "change", "steps"),
    [
        ("authors", lambda part: [*part, {"name": "Another"}], {REPORT}),
        ("governance", lambda part: part | {"ethics": "approved"}, {REPORT}),
        ("analysis", lambda part: part | {"alpha": 0.1}, {CLEAN, EFFICACY, REPORT}),
        ("outcomes", lambda part: part[::-1], {CLEAN, EFFICACY, REPORT}),
        ("authors", lambda part: part, set()),
    ],
)
def test_a_part_of_the_plan_outdates_what_reads_it(tmp_path, monkeypatch, part, change, steps):
    plan = yaml.safe_load(paths.STUDY.read_text(encoding="utf-8"))
    plan["governance"]["ethics"] = "waived"
    hashes = []
    for number, changed in enumerate((plan, plan | {part: change(plan[part])})):
        file = tmp_path / f"{number}.yml"
        file.write_text(f"# {number}\n" + yaml.safe_dump(changed, sort_keys=False))
        monkeypatch.setattr(paths, "STUDY", file)
        each = {
            step: take_fingerprint(step, Settings(), code=()) for step in (CLEAN, EFFICACY, REPORT)
        }
        hashes.append({step: parts["study.yml"] for step, parts in each.items()})
    assert {step for step in hashes[0] if hashes[0][step] != hashes[1][step]} == steps


def test_a_statement_that_is_emptied_outdates_the_cleaning_which_refuses_it(tmp_path, monkeypatch):
    plan = yaml.safe_load(paths.STUDY.read_text(encoding="utf-8"))
    hashes = set()
    for ethics in ("waived", ""):
        plan["governance"]["ethics"] = ethics
        file = tmp_path / f"ethics{ethics}.yml"
        file.write_text(yaml.safe_dump(plan, sort_keys=False))
        monkeypatch.setattr(paths, "STUDY", file)
        hashes.add(take_fingerprint(CLEAN, Settings(), code=())["study.yml"])
    assert len(hashes) == 2
