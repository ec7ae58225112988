"""A newcomer does, word by word, what README.md says in "First minutes"."""

import re
import shutil

import pytest
from bs4 import BeautifulSoup
from extracted import tidy
from newcomer import Newcomer, read_sections

from analysis.tables import read_table

WRITTEN_ONLY = {"Without installing anything here"}
SECTIONS = read_sections("README.md", "First minutes")


@pytest.fixture(scope="module")
def newcomer(finished, tmp_path_factory):
    root = tmp_path_factory.mktemp("newcomer") / "임상 clone"
    shutil.copytree(finished.root, root, symlinks=True)
    return Newcomer(type(finished)(root), SECTIONS)


def test_every_section_is_done_here():
    done = {word for word in globals() if word.startswith("test_")}
    names = {
        f"test_{title.lower().replace(' ', '_')}" for title in SECTIONS if title not in WRITTEN_ONLY
    }
    assert names < done


def test_change_a_plot(newcomer):
    why = newcomer.do("Change a plot")
    assert re.findall("^(.*): outdated$", why, re.MULTILINE) == ["04_efficacy"]


def test_look_at_one_participant(newcomer):
    seen = newcomer.do("Look at one participant")
    assert "both_visits" in seen and "SIM-05|week_12_arm_1|" in seen
    check_page(newcomer.root / "scratch" / "explore.html", newcomer.processed())


def check_page(path, processed):
    """Every view of the desk can be read without a kernel, and without a script."""
    page = BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")
    for script in page.find_all("script"):
        script.decompose()
    results = read_table("results", processed).set_index("result_id")["text"]
    seen = tidy(page.get_text(" "))
    for text in (
        *(
            f"{name}("
            for name in ("draw_outcome", "compute_statistics", "list_course", "explain_changes")
        ),
        f" hl {results['efficacy.hand_mrss.hl']} ",
        f" p_min {results['efficacy.hand_mrss.p_min']} ",
        "SIM-01|baseline_arm_1|",
    ):
        assert text in seen, text
    assert "Hand mRSS of 7 participants" in page.find("img")["alt"]


def test_find_where_a_number_comes_from(newcomer):
    assert newcomer.do("Find where a number comes from").startswith("efficacy.kapandji.hl")


def test_read_a_query(newcomer):
    lines = newcomer.do("Read a query").splitlines()
    assert [line.split(":")[0] for line in lines] == [
        "data/processed/queries.csv",
        "data/processed/changes.csv",
    ]


def test_add_an_outcome(newcomer):
    newcomer.do("Add an outcome")
    results = read_table("results", newcomer.processed()).set_index("result_id")
    made = results.loc["efficacy.haq_disability.hl"]
    page = (newcomer.root / "report/_output/index.html").read_text(encoding="utf-8")
    assert made["n"] > 0 and page.count("HAQ disability index") > 2
    assert "efficacy.haq_disability.hl" in page


def test_put_in_another_export(newcomer):
    before = read_table("participants", newcomer.processed())
    newcomer.do("Put in another export")
    drawn = read_table("participants", newcomer.processed("../twelve"))
    assert (drawn["in_full_analysis"] == "yes").sum() == 12
    assert read_table("participants", newcomer.processed()).equals(before)
