"""Keys, tables and figures come to their places, and their texts cannot act as markup."""

import pytest

from analysis.errors import DataError
from analysis.reporting.lint import check_printed, list_printed
from analysis.reporting.manuscript import (
    Line,
    check_material,
    fill_text,
    fill_variables,
    list_tables,
    read_manuscript,
)
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


def test_a_result_becomes_a_span_that_names_it_and_a_sentence_brings_its_own():
    assert fill_text(line("x {{< var a.b.hl >}}"), VALUES) == (
        'x [−1\\.5]{.result data-result="a.b.hl"}'
    )
    assert fill_text(line("{{< var say.it >}}"), VALUES) == (
        'It was [−1\\.5]{.result data-result="a.b.hl"}.'
    )


def test_an_unknown_key_or_shortcode_stops_with_file_and_line():
    with pytest.raises(DataError, match=r"report/index.qmd:3: a.b.c is no result"):
        fill_text(line("{{< var a.b.c >}}"), VALUES)
    with pytest.raises(DataError, match="the shortcode meta is not known"):
        fill_text(line("{{< meta title >}}"), VALUES)


def test_every_punctuation_mark_is_escaped_and_line_breaks_go_but_numbers_keep_their_signs():
    assert escape_markdown("*a*\n[b](c)") == "\\*a\\* \\[b\\]\\(c\\)"
    assert escape_markdown("Raynaud's,\n 14\xa0%") == "Raynaud’s\\, 14\xa0\\%"


def test_labels_within_a_sentence():
    labels = [outcome.label for outcome in load_study().outcomes]
    assert [phrase_label(label)[0].isupper() for label in labels] == [
        *(False, True, False, False, True, True, False, False, False)
    ]


def test_constants_print_with_a_true_minus_and_say_when_empty():
    assert [print_constant(value) for value in (-7.6, "", (), True, 4.0)] == [
        *("−7.6", "not stated", "not stated", "yes", "4")
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
            "the report prints −1.4 for efficacy.hand_mrss.hl, which is",
        ),
        ("efficacy.hand_mrss.gone", "−1.5", "which is not there"),
    ],
)
def test_a_number_that_is_not_the_text_of_its_result_stops(small_results, key, text, problem):
    check_printed([("efficacy.hand_mrss.hl", "−1.5")], small_results())
    with pytest.raises(DataError, match=problem):
        check_printed([(key, text)], small_results())


def test_printed_results_are_listed_once():
    text = (
        '[−1\\.5]{.result data-result="a.b.hl"} and [−1\\.5]{.result data-result="a.b.hl"}\n'
        '<span class="result" data-result="a.b.p">&lt;\xa00.001</span>\n'
    )
    assert list_printed(text) == [("a.b.hl", "−1.5"), ("a.b.p", "<\xa00.001")]


def write_report(tmp_path, body, front="part: Article"):
    source = tmp_path / "report" / "index.qmd"
    source.parent.mkdir()
    source.write_text(f"---\n{front}\n---\n{body}\n", "utf-8")
    return source.parent


def test_an_include_that_is_not_there_stops(tmp_path):
    folder = write_report(tmp_path, "{{< include parts/_none.qmd >}}")
    with pytest.raises(DataError, match=r"report/index.qmd:4: there is no parts/_none.qmd"):
        read_manuscript("index", folder)


def test_what_is_included_stands_in_its_place(tmp_path):
    folder = write_report(tmp_path, "One.\n{{< include _two.qmd >}}\nThree.")
    (folder / "_two.qmd").write_text("Two.\n", "utf-8")
    body = read_manuscript("index", folder).body
    assert [(each.text, each.file) for each in body] == [
        ("One.", "report/index.qmd"),
        ("Two.", "report/_two.qmd"),
        ("Three.", "report/index.qmd"),
    ]


def test_a_table_with_nothing_but_its_caption_is_a_generated_one():
    lines = map(
        line, ("::: {#tbl-a-b}", "Words.", ":::", "::: {#tbl-own}", "| a |", "", "Words.", ":::")
    )
    assert list(list_tables(lines)) == ["a_b"]


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        ("::: {#tbl-none}\nWords.\n:::", "there is no table none"),
        (
            "![Words](_generated/figures/none){#fig-none}",
            "there is no figure _generated/figures/none",
        ),
    ],
)
def test_a_missing_table_or_figure_stops_with_file_and_line(source, problem, tmp_path):
    lines = [line(text) for text in source.splitlines()]
    with pytest.raises(DataError, match=f"report/index.qmd:3: {problem}"):
        check_material(lines, tables=set(), generated=tmp_path / "_generated")


def test_only_keys_that_the_words_name_are_given_to_quarto():
    assert fill_variables([line("{{< var say.it >}}")], VALUES) == {
        "say.it": 'It was [−1\\.5]{.result data-result="a.b.hl"}.'
    }
