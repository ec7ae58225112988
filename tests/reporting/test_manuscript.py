"""Keys, tables and figures come to their places, and their texts cannot act as markup."""

import pytest

from analysis.errors import DataError
from analysis.reporting.appendix import check_printed, list_printed, make_origins
from analysis.reporting.manuscript import Line, fill_lines, fill_text, read_lines
from analysis.reporting.values import (
    Value,
    escape_markdown,
    phrase_label,
    print_constant,
    study_values,
)
from analysis.study import load_study

VALUES = {
    "a.b.hl": Value("−1.5", "a.b.hl", "result"),
    "study.alpha": Value("0.05", "study.alpha", "constant"),
    "say.it": Value("It was {{< var a.b.hl >}}.", "say.it", "sentence"),
}


def line(text):
    return Line(text, "report/index.qmd", 3)


def test_a_result_becomes_a_span_that_names_it():
    assert fill_text(line("x {{< var a.b.hl >}}"), VALUES) == (
        'x [−1\\.5]{.result data-result="a.b.hl"}'
    )


def test_a_sentence_brings_its_own_numbers():
    assert fill_text(line("{{< var say.it >}}"), VALUES) == (
        'It was [−1\\.5]{.result data-result="a.b.hl"}.'
    )


def test_a_title_takes_plain_text():
    assert fill_text(line("{{< var study.alpha >}}"), VALUES, plain=True) == "0.05"


def test_an_unknown_key_stops_with_file_and_line():
    with pytest.raises(DataError, match=r"report/index.qmd:3: a.b.c is no result"):
        fill_text(line("{{< var a.b.c >}}"), VALUES)


def test_an_unknown_shortcode_stops():
    with pytest.raises(DataError, match="the shortcode meta is not known"):
        fill_text(line("{{< meta title >}}"), VALUES)


@pytest.mark.parametrize("kind", ["tables/none.html", "figures/none"])
def test_a_missing_table_or_figure_stops_with_file_and_line(kind, tmp_path):
    text = (
        f"{{{{< include _generated/{kind} >}}}}"
        if kind.startswith("tables")
        else f"![Words](_generated/{kind}){{#fig-none}}"
    )
    with pytest.raises(DataError, match=r"report/index.qmd:3: there is no (table|figure) none"):
        fill_lines([line(text)], values=VALUES, generated=tmp_path, mark="")


def test_an_include_that_is_not_there_stops(tmp_path):
    source = tmp_path / "report" / "index.qmd"
    source.parent.mkdir()
    source.write_text("Words\n\n{{< include parts/_none.qmd >}}\n", "utf-8")
    with pytest.raises(DataError, match=r"report/index.qmd:3: there is no parts/_none.qmd"):
        read_lines(source, source.parent)


def test_captions_and_alternative_texts_bear_the_mark(tmp_path):
    for folder in ("figures", "tables"):
        (tmp_path / folder).mkdir()
    (tmp_path / "figures" / "x.txt").write_text('SIMULATED data. A "quoted" figure.\n', "utf-8")
    (tmp_path / "tables" / "y.html").write_text("<table></table>", "utf-8")
    source = [
        line("![Words.](_generated/figures/x){#fig-x}"),
        line("::: {#tbl-y}"),
        line("{{< include _generated/tables/y.html >}}"),
        line(""),
        line("Caption."),
        line(":::"),
    ]
    text = fill_lines(source, values=VALUES, generated=tmp_path, mark="SIMULATED")
    assert '![**SIMULATED.** Words.](figures/x){#fig-x fig-alt="SIMULATED data. A \\"qu' in text
    assert "**SIMULATED.** Caption." in text


def test_a_table_cannot_end_its_fence_or_open_a_shortcode(tmp_path):
    (tmp_path / "tables").mkdir()
    hostile = "<td>```\n{{&lt; var x >}} {{<b></td>"
    (tmp_path / "tables" / "y.html").write_text(hostile, "utf-8")
    source = [line("{{< include _generated/tables/y.html >}}")]
    text = fill_lines(source, values=VALUES, generated=tmp_path, mark="")
    assert text.count("```") == 2
    assert "{{" not in text


def test_every_punctuation_mark_is_escaped_and_line_breaks_go():
    assert escape_markdown("*a*\n[b](c)") == "\\*a\\* \\[b\\]\\(c\\)"


def test_numbers_keep_to_their_signs_and_apostrophes_are_those_of_the_prose(tmp_path):
    assert escape_markdown("Raynaud's,\n 14\xa0%") == "Raynaud’s\\, 14\xa0\\%"
    (tmp_path / "tables").mkdir()
    html = "<td>the analysts&#x27; choice, &#x27;quoted</td>"
    (tmp_path / "tables" / "y.html").write_text(html, "utf-8")
    source = [line("{{< include _generated/tables/y.html >}}")]
    text = fill_lines(source, values=VALUES, generated=tmp_path, mark="")
    assert "<td>the analysts’ choice, 'quoted</td>" in text


def test_labels_within_a_sentence():
    labels = [outcome.label for outcome in load_study().outcomes]
    assert [phrase_label(label)[0].isupper() for label in labels] == [
        *(False, True, False, False, True, True, False, False, False),
    ]


def test_constants_print_with_a_true_minus_and_say_when_empty():
    assert [print_constant(value) for value in (-7.6, "", (), True, 4.0)] == [
        *("−7.6", "not stated", "not stated", "yes", "4"),
    ]


def test_constants_of_the_plan_go_by_section_and_name():
    values = study_values(load_study())
    assert values["study.analysis.alpha"].text == "0.05"
    assert values["study.visits.week_12.day"].text == "84"
    assert values["study.registration"].text.startswith("NCT")
    assert values["study.confidence_percent"].text == "95\xa0%"


@pytest.mark.parametrize(
    ("key", "text", "problem"),
    [
        (
            "efficacy.hand_mrss.hl",
            "−1.4",
            "Table 1 prints −1.4 for efficacy.hand_mrss.hl, which is",
        ),
        ("efficacy.hand_mrss.gone", "−1.5", "which is not there"),
    ],
)
def test_a_number_that_is_not_the_text_of_its_result_stops(small_results, key, text, problem):
    check_printed([("Text", "efficacy.hand_mrss.hl", "−1.5")], small_results())
    with pytest.raises(DataError, match=problem):
        check_printed([("Table 1", key, text)], small_results())


def test_printed_results_are_listed_once_per_place():
    text = (
        '[−1\\.5]{.result data-result="a.b.hl"} and [−1\\.5]{.result data-result="a.b.hl"}\n'
        '::: {#tbl-x}\n<span class="result" data-result="a.b.p">&lt;0.0001</span>\n:::\n'
        '[7]{.result data-result="a.n"}\n'
    )
    printed = list_printed(text)
    assert printed == [
        ("Text", "a.b.hl", "−1.5"),
        ("Text", "a.n", "7"),
        ("Table 1", "a.b.p", "<0.0001"),
    ]
    html = make_origins(printed).to_html()
    assert html.index("Text") < html.index("hl −1.5") < html.index("Table 1")
    assert "p &lt;0.0001" in html
