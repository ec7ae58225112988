"""A newcomer does, word by word, what the examples of README.md and other guides say."""

import re
import shutil

import pytest
from bs4 import BeautifulSoup
from extracted import tidy
from newcomer import Newcomer, read_sections

from analysis.tables import read_table

GUIDES = (
    ("README.md", "Three doors"),
    ("README.md", "Use it for your own trial"),
    ("notebooks/README.md", "First minutes"),
    ("CONTRIBUTING.md", "Add something"),
)
SECTIONS = {title: blocks for guide in GUIDES for title, blocks in read_sections(*guide).items()}


@pytest.fixture(scope="module")
def newcomer(finished, tmp_path_factory):
    root = tmp_path_factory.mktemp("newcomer") / "임상 clone"
    shutil.copytree(finished.root, root, symlinks=True)
    return Newcomer(type(finished)(root), SECTIONS)


def test_every_section_is_done_here():
    done = {word for word in globals() if word.startswith("test_")}
    names = {f"test_{title.lower().replace(' ', '_')}" for title in SECTIONS}
    assert names < done


def test_change_a_plot(newcomer):
    why = newcomer.do("Change a plot")
    assert re.findall("^(.*): outdated$", why, re.MULTILINE) == ["04_efficacy"]


def test_look_at_one_participant(newcomer):
    assert "both_visits" in newcomer.do("Look at one participant")
    check_page(newcomer.root / "scratch" / "explore.html", newcomer.processed())


def check_page(path, processed):
    """Every view of the desk can be read without a kernel, and without a script."""
    page = BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")
    for script in page.find_all("script"):
        script.decompose()
    results = read_table("results", processed).set_index("result_id")["text"]
    seen = tidy(page.get_text(" "))
    for text in (
        *("draw_outcome(", "compute_statistics(", "list_course(", "explain_changes("),
        f" hl {results['efficacy.hand_mrss.hl']} ",
        f" p_min {results['efficacy.hand_mrss.p_min']} ",
        "SIM-01|baseline_arm_1|",
    ):
        assert text in seen, text
    assert "Hand mRSS of 7 participants" in page.find("img")["alt"]


def test_the_analyst_explores(newcomer):
    assert "SIM-05|week_12_arm_1|" in newcomer.do("The analyst explores")


def test_the_reviewer_checks(newcomer):
    assert newcomer.do("The reviewer checks").startswith("efficacy.kapandji.hl")


def test_read_a_query(newcomer):
    lines = newcomer.do("Read a query").splitlines()
    files = [f"data/processed/{name}.csv" for name in ("queries", "changes")]
    assert [line.split(":")[0] for line in lines] == files


@pytest.mark.slow
def test_add_an_outcome(newcomer):
    newcomer.do("Add an outcome")
    results = read_table("results", newcomer.processed()).set_index("result_id")
    made = results.loc["efficacy.haq_disability.hl"]
    page = (newcomer.root / "report/_output/index.html").read_text(encoding="utf-8")
    assert made["n"] > 0 and page.count("HAQ disability index") > 2
    assert "efficacy.haq_disability.hl" in page


@pytest.mark.slow
def test_try_it_with_invented_people(newcomer):
    before = read_table("participants", newcomer.processed())
    newcomer.do("Try it with invented people")
    drawn = read_table("participants", newcomer.processed("../twelve"))
    assert (drawn["in_full_analysis"] == "yes").sum() == 12
    assert read_table("participants", newcomer.processed()).equals(before)
