"""The report as rendered: complete, resolved, labelled, the same twice, in three formats."""

import dataclasses
import html
import json
import re
import shutil
import zipfile

import pytest
from docx import Document
from pypdf import PdfReader
from small_report import FORMATS, make_rows, render, write_inputs

from analysis import paths
from analysis.provenance import SIMULATED_TITLE, Provenance
from analysis.reporting.facts import document_authors, document_epoch
from analysis.reporting.lint import read_document
from analysis.study import load_study

HOSTILE = "<script>alert(1)</script> ``` {{< var x >}} ?@fig-x **b** #let [a](b) $x$ \\ @daumas2022"


def text_of(path):
    return " ".join(read_document(path).split())


@pytest.fixture(scope="module")
def simulated(tmp_path_factory):
    root = tmp_path_factory.mktemp("simulated")
    return render(write_inputs(root / "out", make_rows()), root / "documents")


@pytest.fixture(scope="module")
def real(tmp_path_factory):
    root = tmp_path_factory.mktemp("real")
    outputs = write_inputs(root / "out", make_rows(origin="real"), simulated=False)
    outputs.notebooks.mkdir(parents=True)
    for name in ("01_clean", "04_efficacy"):
        shutil.copy(paths.NOTEBOOK_FOLDER / f"{name}.ipynb", outputs.notebooks)
    return render(outputs, root / "documents")


# What stands in the documents


@pytest.mark.parametrize("suffix", FORMATS)
def test_every_format_prints_the_same_sentence_from_the_results(simulated, suffix):
    expected = (
        "The Hodges–Lehmann estimate of the change in hand mRSS was −1.5 points (exact interval "
        "−2.5 to −0.5, level at least 95.3 %; pairs: 7)."
    )
    assert expected.replace("-", "") in text_of(simulated[suffix]).replace("-", "")


@pytest.mark.parametrize("suffix", FORMATS)
def test_figures_and_tables_are_numbered_and_referred_to_alike(simulated, suffix):
    text = text_of(simulated[suffix])
    assert "Table 2: SIMULATED. Change from baseline in the registered outcomes" in text
    assert "Figure 3: SIMULATED. Changes of the registered outcomes" in text
    assert "Table 2 gives the registered outcomes in their order, and Figure 3" in text


@pytest.mark.parametrize("suffix", FORMATS)
def test_the_supplement_has_numbers_of_its_own_and_each_cites_the_other(simulated, suffix):
    article, supplement = text_of(simulated[suffix]), text_of(simulated[f"supplement.{suffix}"])
    assert "Table S1 sets what was registered against" in supplement
    assert "Table S1: SIMULATED. Registered outcomes" in supplement
    assert "Table S4 counts the flow that Figure 1 draws" in supplement
    assert "S1 Registered against reported" in supplement
    assert "Table S1 sets what is registered against" in article
    assert "Section S9 lists where each item is found" in article


def test_a_link_to_the_other_document_leads_to_what_it_names(simulated):
    for one, other in (("html", "supplement.html"), ("supplement.html", "html")):
        page, target = (simulated[name].read_text("utf-8") for name in (one, other))
        links = re.findall(rf'href="{simulated[other].name}#([^"]+)"', page)
        assert len(links) > 5
        assert set(links) <= set(re.findall(r'\bid="([^"]+)"', target))


def test_every_printed_result_is_the_text_of_its_row(simulated, small_results):
    texts = dict(small_results()[["result_id", "text"]].itertuples(index=False))
    page = simulated["html"].read_text("utf-8")
    spans = re.findall(r'class="result"\s+data-result="([^"]+)">(.*?)</span>', page, re.S)
    assert len(spans) > 30
    for key, inside in spans:
        words = " ".join(html.unescape(re.sub(r"<[^>]+>", "", inside)).split())
        assert words == " ".join(texts[key].split())


def test_no_digit_of_the_prose_stands_outside_a_key(simulated):
    page = simulated["html"].read_text("utf-8")
    main = page[page.index("<main") : page.index("</main>")]
    for pattern in (
        r'<section[^>]*id="references".*?</section>',
        r"<table.*?</table>",
        r"<img[^>]*>",
        r'<span\s+class="(?:result|constant)".*?</span>(?=[^<]|<(?!/a))',
        r'<a\s+href="#ref-[^>]*>.*?</a>',
        r'<a\s+href="(?:supplement.html)?#(?:fig|tbl|sec)-[^>]*>.*?</a>',
        r"<figcaption[^>]*>\s*(?:Figure|Table).\d+:",
        r"<nav.*?</nav>",
        r"<code>.*?</code>",
        r'<p class="subtitle">.*?</p>',
        r"E9\(R1\)",
        r"<[^>]+>",
    ):
        main = re.sub(pattern, " ", main, flags=re.S)
    title = r"Simulated demonstration data"
    assert title in main
    assert re.findall(r"\S*\d\S*", main) == []


def test_each_result_in_html_leads_to_its_row(simulated):
    page, rows = (simulated[name].read_text("utf-8") for name in ("html", "results"))
    targets = set(re.findall(r'href="trail/\w+\.html#([^"]+)"', page))
    assert targets
    assert targets <= set(re.findall(r'<tr id="([^"]+)"', rows))
    other = re.findall(
        r'href="trail/\w+\.html#([^"]+)"', simulated["supplement.html"].read_text("utf-8")
    )
    # A page carries the notes on what the two print, and on nothing else.
    notes = re.search(r'id="results-data">(.*?)</script>', page, re.S)[1]
    assert set(json.loads(notes)) == targets.union(other)


@pytest.mark.parametrize("suffix", FORMATS)
def test_each_document_names_its_renderer(simulated, suffix):
    assert "the built-in renderer (Pandoc" in text_of(simulated[suffix])


def test_every_link_within_the_page_leads_somewhere(simulated):
    page = simulated["html"].read_text("utf-8")
    targets = set(re.findall(r'href="#([^"]+)"', page))
    assert {"harms-1", "tbl-ae-overview", "statements"} <= targets
    assert targets <= set(re.findall(r'\bid="([^"]+)"', page))


def test_word_leads_to_no_bookmark_that_is_not_there(simulated):
    with zipfile.ZipFile(simulated["docx"]) as archive:
        xml = archive.read("word/document.xml").decode()
    targets = set(re.findall(r'<w:hyperlink w:anchor="([^"]+)"', xml))
    assert {"tbl-ae-overview", "fig-flow"} <= targets
    assert targets <= set(re.findall(r'<w:bookmarkStart [^>]*w:name="([^"]+)"', xml))


def test_the_page_loads_nothing_from_elsewhere(simulated):
    for name in ("html", "results"):
        page = simulated[name].read_text("utf-8")
        assert not re.search(r"""<(?:script|img|link|iframe)[^>]+(?:src|href)=["']?http""", page)
        assert "url(http" not in page


# Simulated means simulated


@pytest.mark.parametrize("suffix", FORMATS)
def test_the_title_says_first_that_the_data_are_simulated(simulated, suffix):
    path = simulated[suffix]
    title = {
        "html": lambda: re.search("<title>(.*?)</title>", path.read_text("utf-8"))[1],
        "docx": lambda: Document(path).core_properties.title,
        "pdf": lambda: PdfReader(path).metadata.title,
    }[suffix]()
    assert title.startswith(SIMULATED_TITLE)
    assert text_of(path).count(SIMULATED_TITLE) >= 1


@pytest.mark.parametrize("suffix", FORMATS)
def test_hospital_and_registration_stand_in_one_sentence_only(simulated, suffix):
    text = text_of(simulated[suffix])
    sentence = "The design follows the public registration NCT02975960 of a trial at Seoul St. Mary"
    assert len(re.findall("NCT\\d+", text)) == text.count("Seoul St. Mary") == 1
    assert sentence in text
    assert "no data or person of that trial is used" in text


@pytest.mark.parametrize("suffix", FORMATS)
@pytest.mark.parametrize("statement", ["Hospital", "Ethics approval", "Consent", "Funding"])
def test_no_statement_of_a_trial_is_made(simulated, suffix, statement):
    assert f"{statement}. not applicable: simulated." in text_of(simulated[suffix])


@pytest.mark.parametrize("suffix", FORMATS)
def test_every_caption_bears_the_mark(simulated, suffix):
    text = text_of(simulated[suffix]) + text_of(simulated[f"supplement.{suffix}"])
    captions = re.findall(r"(?:Figure|Table)\sS?\d+:\s*(\S+)", text)
    assert len(captions) > 30
    assert set(captions) == {"SIMULATED."}


def test_every_alternative_text_bears_the_mark(simulated):
    alts = []
    for page in ("html", "supplement.html"):
        alts += re.findall(r'<img[^>]*?alt="([^"]*)"', simulated[page].read_text("utf-8"))
    for word in ("docx", "supplement.docx"):
        with zipfile.ZipFile(simulated[word]) as archive:
            xml = archive.read("word/document.xml").decode()
        alts += re.findall(r'<pic:cNvPr[^>]*descr="([^"]*)"', xml)
    assert len(alts) > 20
    assert all(alt.startswith("SIMULATED") for alt in alts)


def test_the_mark_heads_every_page_and_the_files_say_it(simulated):
    line = "SIMULATED DATA, NOT RESULTS OF ANY TRIAL"
    reader = PdfReader(simulated["pdf"])
    assert all(line in page.extract_text() for page in reader.pages)
    assert "SIMULATED" in str(reader.metadata.get("/Keywords"))
    document = Document(simulated["docx"])
    assert all(line in section.header.paragraphs[0].text for section in document.sections)
    assert "SIMULATED" in document.core_properties.keywords
    for name in ("html", "results"):
        assert f'<header class="mark">{line}</header>' in simulated[name].read_text("utf-8")
    page = simulated["html"].read_text("utf-8")
    assert '<meta name="description" content="SIMULATED DATA' in page


def test_authors_are_the_softwares_whoever_the_plan_names():
    study = load_study()
    person = dataclasses.replace(study.authors[0], name="Dr A Person")
    named = dataclasses.replace(study, authors=(person,))
    for simulated, expected in ((True, "The svf-hand-trial developers"), (False, "Dr A Person")):
        provenance = Provenance("", "", "", simulated=simulated, checksums="verified")
        authors = document_authors(named, provenance)
        assert [author.name for author in authors] == [expected]


def test_documents_bear_the_day_of_the_export_else_that_of_the_study(monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "86400")
    for exported_on, days in (("1970-01-03", 2), ("", 1)):
        provenance = Provenance("", exported_on, "", simulated=True, checksums="verified")
        assert document_epoch(provenance) == days * 24 * 60 * 60


def test_the_same_words_serve_a_real_export(real):
    for suffix in FORMATS:
        text = text_of(real[suffix])
        assert "simulated" not in text.lower().replace("holds a simulated export", "")
        assert "is registered as NCT02975960" in text
        assert "Ethics approval. not stated." in text
    assert "mean change with placebo was" in text_of(real["html"])


def test_coarsened_listings_of_real_people_are_not_undone_by_the_monitoring_page(real):
    pages = real["html"].parent / "executed"
    assert [page.name for page in sorted(pages.iterdir())] == ["04_efficacy.html"]


# Accessible


def test_tables_have_headings_in_their_scope(simulated):
    page = simulated["supplement.html"].read_text("utf-8")
    tables = re.findall(r"<table.*?</table>", page, re.S)
    generated = [table for table in tables if "quiet" in table]
    assert len(generated) > 20
    assert page.count("<figcaption") == page.count("aria-describedby=")
    for table in generated:
        assert 'scope="col"' in table
        assert re.search('<th [^>]*scope="row">The estimate</th>', table)
        assert re.search('<th [^>]*scope="row">quiet</th>', table)
        assert len(re.findall(r'<th [^>]*scope="rowgroup">', table)) == table.count("<tbody>") == 2


def test_the_spaces_that_align_numbers_are_attributes_in_html_and_characters_on_paper(
    tmp_path, small_inputs
):
    outputs = small_inputs(cell="10")
    table = outputs.generated / "tables" / "efficacy.html"
    wide = table.read_text("utf-8").replace("<td>10<", '<td data-pad="\u2007\u2007">10<')
    table.write_text(wide, "utf-8")
    documents = render(outputs, tmp_path / "documents")
    assert 'data-pad="\u2007\u2007">10</td>' in documents["html"].read_text("utf-8")
    for suffix in ("docx", "pdf"):
        assert "\u2007\u200710" in read_document(documents[suffix])


def test_the_pdf_is_tagged_and_tells_its_language(simulated):
    catalogue = PdfReader(simulated["pdf"]).trailer["/Root"]
    assert catalogue["/MarkInfo"]["/Marked"]
    assert str(catalogue["/Lang"]).startswith("en")
    assert "pdfuaid" in catalogue["/Metadata"].get_object().get_data().decode("utf-8")


def test_the_pdf_has_bookmarks_a_title_and_names_no_header_twice(simulated):
    reader = PdfReader(simulated["pdf"])

    def titles(outline):
        for entry in outline:
            yield from titles(entry) if isinstance(entry, list) else [entry.title]

    assert {"Methods", "Statistical analysis", "Discussion"} <= set(titles(reader.outline))
    assert reader.trailer["/Root"]["/ViewerPreferences"]["/DisplayDocTitle"]


def test_word_has_heading_styles_its_language_and_describes_every_picture(simulated):
    document = Document(simulated["docx"])
    styles = {
        paragraph.text: paragraph.style.name
        for paragraph in document.paragraphs
        if paragraph.style.name.startswith("Heading")
    }
    assert styles["Methods"] == "Heading 1"
    assert styles["Statistical analysis"] == "Heading 2"
    assert document.core_properties.language == "en-GB"
    assert document.core_properties.title
    assert document.styles["Normal"].element.xpath(".//w:lang[@w:val='en-GB']")
    with zipfile.ZipFile(simulated["docx"]) as archive:
        xml = archive.read("word/document.xml").decode()
    pictures = re.findall(r"<pic:cNvPr[^>]*>", xml)
    assert len(pictures) == 4
    assert all(re.search(r'descr="[^"]+', picture) for picture in pictures)


def test_word_keeps_headings_and_first_rows_with_what_follows(simulated):
    for table in Document(simulated["docx"]).tables:
        rows = table._tbl.tr_lst
        kept = [bool(row.xpath(".//w:keepNext")) for row in rows]
        assert kept[: min(3, len(rows) - 1)] == [True] * min(3, len(rows) - 1)
        assert not kept[-1]


def test_word_tables_repeat_their_heading_row(simulated):
    for table in Document(simulated["docx"]).tables:
        first = table.rows[0]._tr.trPr.xml
        assert "tblHeader" in first
        assert "cantSplit" in first


# What must not happen


def test_two_renderings_are_the_same_bytes(simulated, tmp_path, small_inputs):
    again = render(small_inputs(name="elsewhere"), tmp_path / "documents")
    for name in (*FORMATS, "results"):
        assert simulated[name].read_bytes() == again[name].read_bytes(), name


def test_hostile_text_stays_text_in_every_format(tmp_path, small_inputs):
    outputs = small_inputs(cell=HOSTILE, alt=f"Alternative {HOSTILE}")
    documents = render(outputs, tmp_path / "documents")
    page = documents["html"].read_text("utf-8")
    assert "<script>alert" not in page
    assert "<b>" not in page
    for suffix in FORMATS:
        text = text_of(documents[suffix]).replace(" ", "")
        assert "<script>alert(1)</script>```" in text
        assert "**b**#let[a](b)$x$" in text
