"""Sections, tables and figures have numbers of their own in each document."""

from analysis import paths
from analysis.reporting.lint import CROSS_REFERENCE
from analysis.reporting.manuscript import DOCUMENTS, Line, Manuscript, read_manuscript
from analysis.reporting.places import ReportPlace, number_places, write_references

BODY = (
    "# Harms {#sec-harms}",
    "::: {#tbl-a}",
    "# More",
    "![](_generated/figures/b){#fig-b}",
    "::: {#tbl-c}",
)


def make(name, *front):
    lines = tuple(Line(text, f"report/{name}.qmd", 1) for text in front)
    return Manuscript(name, lines, tuple(Line(text, "", 1) for text in BODY))


def test_the_numbers_of_the_supplement_begin_with_its_letter():
    places = number_places([make("supplement", "numbering: S")])
    assert {name: place.text for name, place in places.items()} == {
        "sec-harms": "Section\xa0S1",
        "tbl-a": "Table\xa0S1",
        "fig-b": "Figure\xa0S1",
        "tbl-c": "Table\xa0S2",
    }


def test_sections_of_the_article_have_no_number():
    places = number_places([make("index")])
    assert list(places) == ["tbl-a", "fig-b", "tbl-c"]
    assert places["tbl-c"] == ReportPlace("index", "Table\xa02")


def test_a_reference_in_a_sentence_is_written_out_with_its_document():
    places = number_places([make("supplement", "numbering: S")])
    assert write_references("As @tbl-a shows.", places) == (
        'As [Table\xa0S1]{.elsewhere page="supplement.html#tbl-a"} shows.'
    )


def test_the_report_mentions_its_tables_and_figures_in_their_order():
    manuscripts = [read_manuscript(name, paths.REPORT_FOLDER) for name in DOCUMENTS]
    places = number_places(manuscripts)
    for manuscript in manuscripts:
        text = "\n".join(line.text for line in manuscript.body)
        first = list(dict.fromkeys(CROSS_REFERENCE.findall(text)))
        for document in DOCUMENTS[DOCUMENTS.index(manuscript.name) :]:
            for kind in ("fig-", "tbl-"):
                order = [
                    name
                    for name, place in places.items()
                    if name.startswith(kind) and place.document == document
                ]
                mentioned = [name for name in first if name in order]
                assert mentioned == [name for name in order if name in mentioned]


def test_the_article_keeps_to_the_limits_of_a_journal():
    manuscript = read_manuscript("index", paths.REPORT_FOLDER)
    names = list(number_places([manuscript]))
    assert sum(name.startswith("tbl-") for name in names) <= 4
    assert sum(name.startswith("fig-") for name in names) <= 4
