"""A report that would hold a wrong word, key or place is not built, and the place is named."""

import html
import shutil

import pytest
from small_report import make_rows, render

from analysis import paths
from analysis.errors import DataError
from analysis.reporting.lint import check_leftovers


def copy_sources(folder):
    shutil.copytree(
        paths.REPORT_FOLDER, folder, ignore=shutil.ignore_patterns("_generated", "_output", "_pre*")
    )
    return folder


def test_a_count_of_the_flow_that_is_no_result_stops_the_build(tmp_path, small_inputs):
    results = make_rows()
    outputs = small_inputs(results[results["result_id"] != "flow.enrolled.n"])
    with pytest.raises(DataError, match=r"results\.csv: flow\.enrolled\.n is no result"):
        render(outputs, tmp_path / "documents")


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        ("It fell by 3 points.", r"index.qmd:\d+: the number '3' is typed"),
        ("A significant fall.", r"index.qmd:\d+: the report never prints 'significant'"),
        ("See @tbl-none.", r"index.qmd:\d+: @tbl-none leads nowhere"),
        ("So [@nobody1999].", r"index.qmd:\d+: @nobody1999 is not in references.bib"),
    ],
)
def test_wrong_words_stop_the_build(tmp_path, small_inputs, words, problem):
    sources = copy_sources(tmp_path / "report")
    discussion = sources / "index.qmd"
    discussion.write_text(f"{discussion.read_text('utf-8')}\n{words}\n", "utf-8")
    with pytest.raises(DataError, match=problem):
        render(small_inputs(), tmp_path / "documents", sources=sources)


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        ("<< primary.hll >>", r"own.md:5: hll is no fact. Did you mean hl"),
        ("A significant fall.", r"own.md:5: the report never prints 'significant'"),
        ("See @tbl-none.", r"own.md:5: @tbl-none leads nowhere"),
        ("So [@nobody1999].", r"own.md:5: @nobody1999 is not in references.bib"),
    ],
)
def test_wrong_words_of_a_sentence_stop_the_build_though_they_are_not_chosen(
    tmp_path, small_inputs, words, problem
):
    sources = copy_sources(tmp_path / "report")
    source = f"## say.own\n\n<% if planned %>Words.\n<% else %>\n{words}\n<% endif %>\n"
    (sources / "sentences" / "own.md").write_text(source, "utf-8")
    with pytest.raises(DataError, match=problem):
        render(small_inputs(), tmp_path / "documents", sources=sources)


@pytest.mark.parametrize("named", ["NCT02975960", "Seoul St. Mary's Hospital"])
def test_simulated_data_that_name_the_trial_elsewhere_stop(tmp_path, small_inputs, named):
    with pytest.raises(DataError, match="has to be there exactly once"):
        render(small_inputs(cell=f"as in {named}"), tmp_path / "documents")


@pytest.mark.parametrize("left", ["{{< var x >}}", "?@fig-x", "?var:x", "???", "@khanna2010"])
def test_a_leftover_in_a_document_stops(tmp_path, left):
    page = tmp_path / "index.html"
    page.write_text(f"<p>Words {html.escape(left)} words.</p>", "utf-8")
    with pytest.raises(DataError, match="was left unresolved"):
        check_leftovers(page, citations=["khanna2010"], inserted="")
    check_leftovers(page, citations=["khanna2010"], inserted=f"a cell with {left}")
