"""The matrix claims only what ran, and attributes a difference to its cause."""

import json
from collections import Counter
from dataclasses import replace

import pandas as pd
import pytest
from matrix import page, run
from matrix.factors import CELLS, SAMPLE, Cell, Factor
from matrix.pythons import VERSIONS, ask_version, find_pythons, list_absent
from matrix.surroundings import find_obstacle

from analysis import paths
from analysis.errors import DataError
from analysis.review.evidence import RECORD_FOLDER, Evidence

ZONE, SEED = Factor("zone", {"TZ": "Asia/Seoul"}), Factor("seed", {"PYTHONHASHSEED": "1"})
EVIDENCE = Evidence(
    results=pd.DataFrame({"result_id": ["a.n"], "value": [7.0], "text": ["7"]}),
    inputs={},
    raw={},
    tables={"items": {"rows": {}, "columns": {}}},
    files={"report/_output/index.pdf": "0" * 64, "data/processed/items.csv": "1" * 64},
    texts={"builtin": {}},
    renderer="builtin",
    platform={"system": "Linux", "Python": "3.11.7"},
    packages={"numpy": "2.4.6"},
)
OTHER_BYTES = replace(EVIDENCE, files={**EVIDENCE.files, "report/_output/index.pdf": "2" * 64})
OTHER_VALUE = replace(EVIDENCE, results=EVIDENCE.results.assign(value=8.0))


@pytest.fixture
def run_cells(monkeypatch):
    """Return a function that runs cells, whose runs return what `give` returns."""

    def run_cells(*cells, give):
        def pretend(folder, factors):
            found = give({factor.name for factor in factors})
            if isinstance(found, Exception):
                raise found
            return found, 1

        monkeypatch.setattr(run, "_run", pretend)
        monkeypatch.setattr(run, "find_pythons", dict)
        return run.run_matrix(cells=cells, tell=lambda line: None)

    return run_cells


@pytest.mark.parametrize("factors", [*(cell.factors for cell in CELLS), SAMPLE])
def test_no_factor_of_a_run_undoes_another(factors):
    names = Counter(name for factor in factors for name in factor.variables)
    kinds = Counter(
        kind
        for factor in factors
        for kind in ("folder", "jobs", "before", "locale")
        if getattr(factor, kind)
    )
    assert {name for name, count in (names + kinds).items() if count > 1} == set()


BYTES, VALUE = "report/_output/index.pdf", "a.n: value was 7, is 8 (moved by +1, +0.14 of it)"
FAILED = DataError("the run failed")


@pytest.mark.parametrize(
    ("cell", "found", "differing", "alone", "other_bytes"),
    [
        (Cell("both", (ZONE, SEED)), {}, (), (), ()),
        (Cell("both", (ZONE, SEED)), {"zone": OTHER_BYTES}, (BYTES,), ("zone",), (BYTES,)),
        (Cell("oldest", (SEED,), exact=False), {"seed": OTHER_BYTES}, (), (), (BYTES,)),
        (Cell("newest", (ZONE,), exact=False), {"zone": OTHER_VALUE}, (VALUE,), (), ()),
        (Cell("zone", (ZONE,)), {"zone": FAILED}, ("the run failed.",), (), ()),
    ],
    ids=["same bytes", "blamed on its factor", "numbers decide", "other numbers", "failed"],
)
def test_what_decides_is_found_and_blamed_on_the_factor_that_makes_it(
    run_cells, cell, found, differing, alone, other_bytes
):
    def give(names):
        return next((found[name] for name in names if name in found), EVIDENCE)

    (outcome,), _, reference = run_cells(cell, give=give)
    assert reference is EVIDENCE
    assert (outcome.differing, outcome.alone) == (differing, alone)
    assert outcome.other_bytes == other_bytes


def test_what_this_machine_cannot_have_is_named_and_not_claimed(run_cells):
    moon = Factor("moon", before=("no-such-program",))
    outcomes, absent, _ = run_cells(
        Cell("moon", (moon,)), Cell("both", (SEED, moon)), give=lambda names: EVIDENCE
    )
    assert [(outcome.cell, outcome.factors) for outcome in outcomes] == [("both", ("seed",))]
    assert absent["moon"] == "no-such-program is not on this machine"


def test_a_locale_that_cannot_be_made_is_an_obstacle(tmp_path):
    nowhere = Factor("locale xx_YY.UTF-8", locale=("xx_YY", "UTF-8"))
    assert "could not be made" in find_obstacle(nowhere, locales=tmp_path)


def test_the_pythons_found_are_others_and_what_is_not_found_is_absent():
    found = find_pythons()
    assert ask_version() not in found
    assert {ask_version(path): path for path in found.values()} == found
    assert set(list_absent(found)) == {*VERSIONS} - {*found, ask_version()}


@pytest.mark.parametrize("file", ["README.md", "report/REVIEWER.md"])
def test_the_pythons_that_a_page_names_are_those_that_ran_without_a_difference(file):
    record = json.loads((paths.ROOT / RECORD_FOLDER / "determinism.json").read_text("utf-8"))
    ran = {each["python"] for each in record["ran"] if not each["differing"]}
    minor = sorted(
        {each.rpartition(".")[0] for each in ran}, key=lambda each: [*map(int, each.split("."))]
    )
    named = f"make and Python {', '.join(minor[:-1])} or {minor[-1]}"
    assert named in (paths.ROOT / file).read_text(encoding="utf-8")


def test_the_page_says_what_ran_what_differed_and_what_did_not_run(run_cells, tmp_path):
    ran = run_cells(
        Cell("good", (SEED,)),
        Cell("bad", (ZONE,)),
        give=lambda names: OTHER_BYTES if "zone" in names else EVIDENCE,
    )
    outcomes, _, reference = ran
    assert run.say_outcome(outcomes[1]) == "bad: DIFFERS, report/_output/index.pdf"
    path = page.write_page(outcomes, {"moon": "it is far"}, reference, tmp_path)
    text = path.read_text(encoding="utf-8")
    assert "| good | seed | bytes | nothing | 0 of 2 |" in text
    assert "| bad | zone | bytes | **report/_output/index.pdf** | 1 of 2 |" in text
    assert "- moon: it is far\n" in text
    kept = json.loads((tmp_path / "determinism.json").read_text(encoding="utf-8"))
    assert [each["cell"] for each in kept["ran"]] == ["good", "bad"]
    assert kept["not_run"]["moon"] == "it is far"
