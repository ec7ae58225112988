"""A newcomer does, word by word, what the examples of README.md and other guides say."""

import re
import shutil
import subprocess

import pytest
from bs4 import BeautifulSoup

from analysis.paths import ROOT, Outputs
from analysis.tables import read_table

BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
GUIDES = (
    ("README.md", "Three doors"),
    ("README.md", "Use it for your own trial"),
    ("notebooks/README.md", "First minutes"),
    ("CONTRIBUTING.md", "Add something"),
)


def read_sections(file, heading):
    """Return the sections below a heading: by title, blocks as pairs of language and text."""
    text = (ROOT / file).read_text(encoding="utf-8")
    part = text.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    titles = (section.partition("\n") for section in part.split("\n### ")[1:])
    return {title: BLOCK.findall(section) for title, _, section in titles if "```" in section}


SECTIONS = {title: blocks for guide in GUIDES for title, blocks in read_sections(*guide).items()}


class Newcomer:
    """A person with a clone in which `make report` has run."""

    def __init__(self, trial):
        self.root = trial.root
        self._shell = trial.shell()

    def do(self, title):
        """Do what a section says; what it says is seen has to be seen. Return all that is seen."""
        act = {
            "diff": self._edit,
            "yaml": self._add_outcome,
            "sh": lambda text: self._run("sh", "-ec", text),
            # In a folder that knows nothing of the repository.
            "python": lambda text: self._run(
                self.root / ".venv/bin/python", "-c", text, cwd=self.root.parent
            ),
            "text": lambda text: "",
        }
        seen = "".join([act[language](text) for language, text in SECTIONS[title]])
        for language, text in SECTIONS[title]:
            if language == "text":
                for line in text.splitlines():
                    assert _squeeze(line) in _squeeze(seen), line
        return seen

    def processed(self, out="."):
        return Outputs(self.root / out).processed

    def _run(self, *words, cwd=None):
        done = subprocess.run(
            words,
            cwd=cwd or self.root,
            env=self._shell,
            capture_output=True,
            text=True,
            check=False,
            timeout=600,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout + done.stderr

    def _edit(self, diff):
        file, *lines = diff.splitlines()
        path = self.root / file.removeprefix("--- ")
        before, after = (
            "".join(f"{line[1:]}\n" for line in lines if line[0] == sign) for sign in "-+"
        )
        text = path.read_text(encoding="utf-8")
        assert text.count(before) == 1
        path.write_text(text.replace(before, after), encoding="utf-8")
        return ""

    def _add_outcome(self, entry):
        path = self.root / "study.yml"
        text = path.read_text(encoding="utf-8")
        end = (
            re.compile(r"^\S", re.MULTILINE).search(text, text.index("\noutcomes:\n") + 11).start()
        )
        path.write_text(f"{text[:end]}{entry}\n{text[end:]}", encoding="utf-8")
        return ""


def _squeeze(text):
    return re.sub(r"\s+", " ", text)


@pytest.fixture(scope="module")
def newcomer(finished, tmp_path_factory):
    root = tmp_path_factory.mktemp("newcomer") / "임상 clone"
    shutil.copytree(finished.root, root, symlinks=True)
    return Newcomer(type(finished)(root))


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
    seen = _squeeze(page.get_text(" "))
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


def test_the_analyst_explores(newcomer):
    assert "SIM-05|week_12_arm_1|" in newcomer.do("The analyst explores")


def test_the_reviewer_checks(newcomer):
    assert newcomer.do("The reviewer checks").startswith("efficacy.kapandji.hl")


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


def test_try_it_with_invented_people(newcomer):
    before = read_table("participants", newcomer.processed())
    newcomer.do("Try it with invented people")
    drawn = read_table("participants", newcomer.processed("../twelve"))
    assert (drawn["in_full_analysis"] == "yes").sum() == 12
    assert read_table("participants", newcomer.processed()).equals(before)
