"""What report/README.md tells an author to write is written, and comes out in the documents."""

import re
import shutil

import pytest
import yaml
from docx import Document
from docx.shared import Cm, Inches
from small_report import FORMATS, TEMPLATES, make_rows, render, write_inputs

from analysis import paths
from analysis.errors import DataError
from analysis.reporting.lint import read_document
from analysis.reporting.template_checks import check_template
from analysis.reporting.templates import Template

README = (paths.REPORT_FOLDER / "README.md").read_text("utf-8")
CHANGES = dict.fromkeys(re.findall(r"^## (.*)$", README, re.M))
STYLE = """<?xml version="1.0" encoding="utf-8"?>
<style xmlns="http://purl.org/net/xbiblio/csl" class="in-text" version="1.0">
  <info><title>Numbers</title><id>numbers</id><updated>2031-01-01T00:00:00+00:00</updated></info>
  <citation><layout prefix="(" suffix=")" delimiter=","><text variable="citation-number"/></layout>
  </citation>
  <bibliography><layout><text variable="citation-number" suffix=". "/><text variable="title"/>
  </layout></bibliography>
</style>
"""


def list_changes(heading):
    """Return the changes below a heading: file, old line, new lines."""
    part = re.search(rf"^## {heading}$(.*?)(?=^## |\Z)", README, re.M | re.S)[1]
    for block in re.findall(r"```diff\n(.*?)```", part, re.S):
        named, old, *new = block.splitlines()
        assert named.startswith("--- ") and old.startswith("-")
        assert all(line.startswith("+") for line in new)
        yield named[4:], old[1:], "\n".join(line[1:] for line in new)


class Desk:
    """A copy of the words and the plan, which an author changes."""

    def __init__(self, folder):
        ignored = shutil.ignore_patterns("_*", "record", "notebooks", ".*")
        shutil.copytree(paths.REPORT_FOLDER, folder / "report", ignore=ignored)
        shutil.copy(paths.REPORT_FOLDER / "_quarto.yml", folder / "report")
        shutil.copy(paths.STUDY, folder)
        self.folder = folder

    def change(self, heading):
        for file, old, new in list_changes(heading):
            path = self.folder / file
            text = path.read_text("utf-8")
            assert text.count(old) == 1, (file, old)
            path.write_text(text.replace(old, new), "utf-8")

    def make(self, *, simulated=True):
        """Build the documents; return their texts by name, and their paths."""
        origin = "simulated" if simulated else "real"
        outputs = write_inputs(self.folder / "out", make_rows(origin=origin), simulated=simulated)
        made = render(
            outputs,
            self.folder / "documents",
            sources=self.folder / "report",
            study=self.folder / "study.yml",
        )
        return {name: " ".join(read_document(made[name]).split()) for name in made}, made


@pytest.fixture
def desk(tmp_path):
    return Desk(tmp_path)


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """The documents after every example that simulated data can show."""
    desk = Desk(tmp_path_factory.mktemp("written"))
    for heading in (
        *("Change a sentence", "Insert a number", "Add a reference", "Add a paragraph"),
        *("Add a table of your own", "Another citation style", "A journal's Word template"),
        "A sentence that depends on the data",
    ):
        desk.change(heading)
    (desk.folder / "report" / "journal.csl").write_text(STYLE, "utf-8")
    journal = Document()
    journal.sections[0].left_margin = Inches(1.5)
    journal.styles["Normal"].font.name = "Courier New"
    journal.save(desk.folder / "report" / "journal.docx")
    return desk.make()


def test_every_example_is_tried():
    examples = [heading for heading in CHANGES if list(list_changes(heading))]
    assert len(examples) == 9


@pytest.mark.parametrize("suffix", FORMATS)
@pytest.mark.parametrize(
    "said",
    [
        "No participant died between the start of anaesthesia and the end of the follow-up",
        "with a serious event is 41 %. Everything else about harms",
        "The injected hand was also the hand that was measured. Of 7 participants who were",
        "Individual comparisons by ranking methods",
        "That the estimate of hand mRSS lies in the direction of improvement and its interval",
    ],
)
def test_what_is_written_comes_out_in_every_format(written, suffix, said):
    # A line of the PDF may end within a word that has a hyphen.
    text = written[0][suffix].replace("-", "").replace(" ", "")
    assert said.replace("-", "").replace(" ", "") in text.replace("’", "'")


@pytest.mark.parametrize("suffix", FORMATS)
def test_a_table_of_ones_own_is_numbered_and_mentioned(written, suffix):
    text = written[0]["supplement.html" if suffix == "html" else f"supplement.{suffix}"]
    number = re.search(r"(Table\sS\d+)\slists who was asked about what", text)[1]
    assert f"{number}: SIMULATED. Questions that were asked before the injection." in text
    assert "the laboratory" in text


def test_a_citation_style_is_followed(written):
    texts, _ = written
    for suffix in FORMATS:
        assert re.search(r"signed-?\s?rank test \(\d+\): two-?\s?sided", texts[suffix])
        assert "Wilcoxon 1945" not in texts[suffix]


def test_a_words_template_gives_margins_and_fonts(written):
    for name in ("docx", "supplement.docx"):
        document = Document(written[1][name])
        assert document.sections[0].left_margin == Inches(1.5)
        assert document.styles["Normal"].font.name == "Courier New"
        assert "SIMULATED DATA" in document.sections[0].header.paragraphs[0].text
        room = document.sections[0].page_width - Inches(1.5) - document.sections[0].right_margin
        widths = [sum(cell.width for cell in table.rows[0].cells) for table in document.tables]
        assert widths
        assert max(widths) <= room + Cm(0.1)


@pytest.mark.parametrize("number", ["41", "seven"])
def test_a_typed_number_stops_as_the_readme_says(desk, number):
    assert f"`{number}`" in README
    path = desk.folder / "report" / "index.qmd"
    path.write_text(f"{path.read_text('utf-8')}\nOf {number} people.\n", "utf-8")
    with pytest.raises(DataError, match=rf"index.qmd:\d+: the number '{number}' is typed"):
        desk.make()


@pytest.mark.parametrize("file", ["journal.csl", "journal.docx"])
def test_a_file_that_is_named_and_not_there_stops(desk, file):
    named = {"csl": "Another citation style", "docx": "A journal's Word template"}
    desk.change(named[file.rpartition(".")[2]])
    with pytest.raises(DataError, match=f"_quarto.yml: there is no {file}"):
        desk.make()


def test_authors_of_a_real_trial_are_printed_with_their_orcid(desk):
    desk.change("Add an author")
    texts, made = desk.make(simulated=False)
    for suffix in FORMATS:
        assert "Josiah Carberry" in texts[suffix]
        assert "Brown University" in texts[suffix]
        assert "ORCID 0000-0002-1825-0097" in texts[suffix]
        assert "Roles: conceptualization, writing" in texts[suffix]
    page = made["html"].read_text("utf-8")
    assert '<a href="https://orcid.org/0000-0002-1825-0097">' in page
    assert '<meta name="author" content="Josiah Carberry">' in page


def test_every_piece_of_a_template_in_the_readme_is_a_valid_one():
    pieces = re.findall(r"`([^`]*(?:<<|<%).*?(?:>>|%>))`", README.replace("\\|", "|"))
    assert len(pieces) > 10
    known = {template.key for template in TEMPLATES}
    for piece in pieces:
        inside = piece.replace(" ... ", " ")
        if piece.startswith("<% if"):
            inside += "<% endif %>"
        if "loop" in piece:
            inside = f"<% for outcome in outcomes %>{inside}<% endfor %>"
        if piece not in ("<% %>", "<< >>"):
            check_template(Template("it", inside, "report/README.md"), known)


def test_markup_in_the_plan_is_text(desk):
    hostile = (
        '<script>alert(1)</script> *b* [a](http://x.y) {{< var x >}} $x$ "q" #let `c` @daumas2022 '
    )
    hostile += "<img src=x onerror=alert(2)>"
    plan = yaml.safe_load((desk.folder / "study.yml").read_text("utf-8"))
    plan["study"]["title"] = f"Title {hostile}"
    plan["governance"]["ethics"] = f"Ethics {hostile}"
    plan["authors"][0] |= {"name": f"Name {hostile}", "affiliation": f"Place {hostile}"}
    plan["authors"][0]["roles"] = [f"Role {hostile}"]
    text = yaml.safe_dump(plan, allow_unicode=True)
    (desk.folder / "study.yml").write_text(text, "utf-8")
    texts, made = desk.make(simulated=False)
    for page in (made["html"], made["supplement.html"]):
        text = page.read_text("utf-8")
        assert "<script>alert" not in text
        assert not re.search(r"<img[^>]*onerror|<b>|href=\"http://x.y", text)
        assert '<meta name="author" content="Name &lt;script&gt;alert(1)' in text
    for suffix in FORMATS:
        squeezed = texts[suffix].replace(" ", "")
        for word in ("Title", "Name", "Place", "Role", "Ethics"):
            assert f"{word}<script>alert(1)</script>*b*[a](http://x.y)" in squeezed, (suffix, word)
