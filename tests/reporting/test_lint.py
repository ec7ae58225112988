"""The words are held to their rules, and the error names file and line."""

import pytest
import typst

from analysis.errors import DataError
from analysis.reporting.lint import check_prose, check_references, read_document
from analysis.reporting.manuscript import Line


def lines_of(text):
    return [Line(line, "report/x.qmd", n) for n, line in enumerate(text.splitlines(), 1)]


@pytest.mark.parametrize(
    "text",
    [
        "The score fell by 1.5 points.",
        "All seven improved.",
        "A p-value of <0.05 was found.",
        "12 weeks later",
        "![In week 4](_generated/figures/x){#fig-x}",
    ],
)
def test_a_typed_number_stops_with_file_and_line(text):
    with pytest.raises(DataError, match=r"report/x.qmd:2: the number .* is typed"):
        check_prose(lines_of(f"Words.\n{text}"))


@pytest.mark.parametrize(
    "text",
    [
        "It was {{< var efficacy.hand_mrss.hl >}} points [@khanna2010].",
        "As @fig-x and @tbl-y2 show, ICH E9(R1) has a word for it.",
        "The notebook `04_efficacy` made it.",
        "See [the guide](#part-2) {#sec-1}.",
    ],
)
def test_keys_citations_references_and_code_may_hold_digits(text):
    check_prose(lines_of(text))


@pytest.mark.parametrize(
    "claim",
    [
        "a significant fall",
        "a trend towards improvement",
        "an effective product",
        "its efficacy",
        "the treatment effect",
        "due to SVF",
        "the injection is safe",
        "it was well tolerated",
        "the responders",
        "the response rate",
        "which confirms it",
        "which demonstrates it",
        "regenerated vessels",
        "stem cells",
        "there was no change",
        "no difference was seen",
        "consistent with the other arm",
    ],
)
def test_words_that_the_report_never_prints_stop(claim):
    with pytest.raises(DataError, match=r"x.qmd:1: the report never prints"):
        check_prose(lines_of(claim))


@pytest.mark.parametrize(
    "text",
    [
        "TREND for non-randomised designs",
        "unsafe is not said",
        "the safety population",
        "a demonstration",
    ],
)
def test_names_and_other_words_pass(text):
    check_prose(lines_of(text))


BIBLIOGRAPHY = "@article{known2010,\n title = {x}\n}\n"
SOUND = "See @fig-a and @tbl-b [@known2010].\n![x](y){#fig-a}\n::: {#tbl-b}\n"


def test_sound_references_pass():
    check_references(lines_of(SOUND), SOUND, BIBLIOGRAPHY)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (SOUND + "See @fig-c.", r"x.qmd:4: @fig-c leads nowhere"),
        (SOUND + "![x](y){#fig-d}", r"x.qmd:4: fig-d is mentioned nowhere"),
        (SOUND + "So says @nobody1999.", r"x.qmd:4: @nobody1999 is not in references.bib"),
        (SOUND.replace("[@known2010]", ""), "reference known2010 is listed but not cited"),
    ],
)
def test_references_that_lead_nowhere_or_that_none_leads_to_stop(text, problem):
    with pytest.raises(DataError, match=problem):
        check_references(lines_of(text), text, BIBLIOGRAPHY)


def test_all_text_of_a_pdf_is_read_whatever_is_drawn_around_it(tmp_path):
    path = tmp_path / "drawn.pdf"
    source = "Before #rect(rotate(9deg)[inside #circle(radius: 2pt) \\@fig-x]) #line() after ?"
    typst.compile(source.encode(), output=path)
    assert read_document(path).split() == ["Before", "inside", "@fig-x", "after", "?"]
