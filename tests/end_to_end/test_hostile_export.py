"""Text that somebody typed into the export stays text, from the raw file to every document."""

import json
import re
import zipfile
from html import unescape
from xml.etree import ElementTree

import pytest
from bs4 import BeautifulSoup
from changed_exports import RAW, REDCAP, Export
from extracted import read_pdf

pytestmark = pytest.mark.slow

HOSTILE = (
    "<script>alert(1)</script> <img src=x onerror=alert(1)> ``` {{< var x >}} ?@fig-x **b** "
    "#let [a](b) $x$ \\ @daumas2022 </td></table> ::: --- | \u202e"
)
# What the site typed freely, in tables, listings and figures.
FIELDS = (
    *("visit_note", "screen_fail_reason", "cm_name", "enzyme", "diluent", "counter"),
    *("viability_method", "operator", "proc_deviation", "ae_term", "ae_coded", "ae_class"),
    *("ae_dict", "ae_dict_version", "ae_scale", "ae_scale_version", "ae_action"),
)
TYPED = "**b**#let[a](b)$x$"


def write_hostile(table):
    typed = table[[*FIELDS]]
    return table.assign(**typed.where(typed == "", f"{HOSTILE} " + typed))


@pytest.fixture(scope="module")
def report(checkout, tmp_path_factory):
    folder = tmp_path_factory.mktemp("hostile")
    raw, out = folder / "export", folder / "out"
    export = Export(checkout.root / RAW, raw)
    export.drop_corrections()
    export.edit(REDCAP, write_hostile)
    checkout.succeed("seal", f"RAW={raw}")
    checkout.succeed("-j2", "report", f"RAW={raw}", f"OUT={out}", "RENDERER=builtin")
    return out / "report"


def test_no_page_obeys_it(report):
    pages = sorted((report / "_output").rglob("*.html"))
    shown = [page.name for page in pages if "alert(1)" in page.read_text("utf-8")]
    assert {"supplement.html", "results.html", "01_clean.html", "06_safety.html"} <= set(shown)
    for page in pages:
        soup = BeautifulSoup(page.read_text("utf-8"), "html.parser")
        for script in soup.find_all("script"):
            if script.get("type") == "application/json":
                json.loads(script.string)
            else:
                assert "alert(1)" not in script.string, page.name
        assert not soup.find_all(onerror=True), page.name
        assert not soup.find_all(src="x"), page.name
        assert not soup.find_all("a", href="b"), page.name
        assert "b" not in [each.get_text() for each in soup.find_all(["b", "strong"])], page.name


def test_no_figure_obeys_it(report):
    figures = [
        path
        for path in sorted((report / "_generated" / "figures").glob("*.svg"))
        if "alert(1)" in path.read_text("utf-8")
    ]
    assert figures
    for path in figures:
        tags = {element.tag.rpartition("}")[2] for element in ElementTree.parse(path).iter()}
        assert not tags & {"script", "img", "foreignObject"}, path.name


def test_word_and_pdf_print_it_as_it_was_typed(report):
    assert TYPED in read_pdf(report / "_output" / "supplement.pdf")
    with zipfile.ZipFile(report / "_output" / "supplement.docx") as archive:
        page = archive.read("word/document.xml").decode("utf-8")
    text = re.sub(r"\s", "", unescape(re.sub(r"<[^>]+>", "", page)))
    assert "<script>alert(1)</script>" in text
    assert TYPED in text
