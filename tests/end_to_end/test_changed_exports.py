"""With another export the report builds, and every word whose truth depends on the data is true.

The article is read as it was published, and held against `truth_*`, which compute from the
processed tables what it has to say.
"""

import os
import re
from itertools import chain

import pytest
from article import Article, expect_paragraph, list_paragraphs, plain
from changed_exports import MORE, SAMPLE
from docx import Document
from extracted import read_pdf, squeeze
from layout import check_limits, find_overprints, measure_gaps, read_pages
from truth_harms import tell_harms
from truth_numbers import Changes, Trial, show, show_p
from truth_outcomes import tell_outcomes, tell_primary
from truth_people import tell_limits, tell_people, tell_statements
from truth_pictures import count_terms, print_estimate, tell_changes, tell_courses

from analysis import paths
from analysis.reporting.manuscript import DOCUMENTS
from analysis.reporting.templates import FOLDER, read_templates

pytestmark = pytest.mark.slow

TELLERS = (tell_primary, tell_outcomes, tell_people, tell_limits, tell_harms, tell_statements)
# What study.yml alone decides; the unit tests hold it.
PLANNED = {
    *("outcome_definitions", "intercurrent_events", "populations", "missing_visits"),
    *("threshold_sources", "measurement_errors", "baseline_of_each"),
}


# The others take their time: `make stress` has them too.
EXPORTS = (*SAMPLE, *(MORE if os.environ.get("MORE_EXPORTS") else ()))


class ChangedReport:
    """A finished report, and what is true of its export."""

    def __init__(self, out, *, visit, population):
        self.documents = out / "report/_output"
        pages = ("index.html", "supplement.html")
        self.article = Article([self.documents / page for page in pages])
        self.trial = Trial(out, paths.STUDY, visit=visit, population=population)
        self.planned = (visit, population) == ("week_12", "full_analysis")
        self.sentences = {k: text for tell in TELLERS for k, text in tell(self.trial)}

    @property
    def values(self):
        stages = ("enrolled", "full_analysis")
        counts = {f"flow.{stage}.n": f"{len(self.trial.people(stage))}" for stage in stages}
        return {f"say.{rule}": text for rule, text in self.sentences.items()} | counts


@pytest.fixture(scope="module", params=EXPORTS, ids=lambda changed: changed.name)
def report(request, checkout, tmp_path_factory):
    changed, folder = request.param, tmp_path_factory.mktemp("changed")
    raw, out = folder / "export", folder / "out"
    changed.make(checkout.root, raw)
    checkout.succeed("seal", f"RAW={raw}")
    arguments = [f"RAW={raw}", f"OUT={out}", "RENDERER=builtin", f"PARAMS={changed.params}"]
    checkout.succeed("-j2", "report", *arguments)
    return ChangedReport(out, visit=changed.visit, population=changed.population)


def list_sources(*documents):
    return [p for name in documents for p in list_paragraphs(paths.REPORT_FOLDER / f"{name}.qmd")]


def test_every_sentence_is_held_to_the_truth(report):
    rules = {template.name for template in read_templates(paths.REPORT_FOLDER / FOLDER)}
    assert rules > PLANNED
    assert set(report.sentences) == rules - PLANNED
    printed = {
        key for source in list_sources(*DOCUMENTS) for key in re.findall(r"var say\.(\w+)", source)
    }
    assert printed | PLANNED == rules


def test_every_paragraph_says_what_is_true(report):
    patterns = [expect_paragraph(source, report.values) for source in list_sources(*DOCUMENTS)]
    read = report.article.paragraphs
    assert not [each.pattern for each in patterns if not any(map(each.fullmatch, read))]


def test_the_manuscript_in_word_says_the_same(report):
    paragraphs = Document(report.documents / "index.docx").paragraphs
    read = [plain(paragraph.text) for paragraph in paragraphs]
    sources = [source for source in list_sources("index") if source.startswith("{{< var say.")]
    patterns = [expect_paragraph(source, report.values) for source in sources]
    assert not [each.pattern for each in patterns if not any(map(each.fullmatch, read))]


def test_every_alternative_text_says_what_is_true(report):
    pictures = {
        name.removeprefix("fig-"): text.removeprefix("SIMULATED data. ")
        for name, text in report.article.pictures.items()
    }
    for tell in (tell_changes, tell_courses):
        for name, text in tell(report.trial):
            assert pictures[name.replace("_", "-")] == plain(text)
    terms = pictures["ae-terms"].partition(" on: ")[2].removesuffix(".").split("; ")
    assert set(terms) == (count_terms(report.trial) or {"none"})
    flow, trial = pictures["flow"], report.trial
    for label, stage in (("Enrolled", "enrolled"), ("Injected", "product_safety")):
        assert f"{label}: {len(trial.people(stage))}. " in flow
    for name, outcome in trial.outcomes.items():
        assert f"{outcome['label']}: {trial.changes[name].n}" in flow


def test_notes_below_the_tables_say_what_is_true(report):
    notes, changes = report.article.notes, report.trial.changes
    names = list(changes)
    _, levels, _, sequence = notes("tbl-efficacy")
    told_levels = {int(n): level for level, n in re.findall(r"([\d.]+) % with (\d+)", levels)}
    told_levels = {} if any(c.deaths for c in changes.values()) else told_levels
    with_interval = {c.n for c in changes.values() if c.interval and not c.deaths}
    assert with_interval <= set(told_levels) or not told_levels
    for n, level in told_levels.items():
        assert level == show(100 * Changes(tuple(range(1, n + 1)), 1).interval[2], 1)
    assert "%" in levels or "not attainable" in levels
    stop = next((n for n in names if not changes[n].nonzero or changes[n].p > 0.05), None)
    label = report.trial.outcomes[stop]["label"] if stop else "no step"
    assert f"it stops at: {label}. " in sequence
    _, agreement, missing, *_ = notes("tbl-sensitivity-primary")
    pairs = changes[names[0]].n
    few = 0 < pairs <= 7 and not changes[names[0]].deaths
    assert agreement.startswith(f"With {pairs} pair") == few
    scored = report.trial.primary(report.trial.scores)
    scored = scored[scored["outcome"].eq(names[0]) & scored["score"].ne("")]
    before = set(scored.loc[scored["visit"] == "baseline", "participant_id"])
    after = set(scored.loc[scored["visit"] == report.trial.visit["name"], "participant_id"])
    dead = report.trial.list_dead(names[0])
    assert missing.endswith(f"but no follow-up score: {len(before - after - dead)}.")


def test_the_table_of_the_outcomes_holds_the_true_numbers(report):
    rows = {row[0].partition(", ")[0]: row for row in report.article.tables["tbl-efficacy"]}
    registered = {row[0]: row for row in report.article.tables["tbl-registered-reported"]}
    for name, outcome in report.trial.outcomes.items():
        changes, row = report.trial.changes[name], rows[outcome["label"]]
        tested = [show_p(changes.p), show_p(changes.p_min)] if changes.n else ["", ""]
        estimate = print_estimate(changes, outcome["decimals"])
        told_so = estimate.replace("no interval", "not attainable")
        signs = [(value > 0) - (value < 0) for value in changes.values]
        directions = [signs.count(sign) for sign in (-1, 0, 1)]
        if "improved" in row[7]:
            directions = [changes.count(sign) for sign in (1, 0, -1)]
        assert [row[1], *row[4:7]] == [f"{changes.n}", told_so, *tested]
        counts = [int(n) for n in re.findall(r"(?<!\()\b\d+", row[7])]
        assert counts == directions
        pairs = f"{changes.n} pair{'s' * (changes.n != 1)}"
        *_, reported, deviation = registered[outcome["registered_name"]]
        assert reported == f"{outcome['role']}, {pairs}"
        assert (deviation == "none") == (bool(changes.n) and report.planned)


def test_numbers_and_nouns_agree(report):
    article = report.article
    cells = (cell for rows in article.tables.values() for row in rows for cell in row)
    for text in chain(article.paragraphs, article.pictures.values(), cells):
        assert not re.search(r"(?<!of )\b1 (?:participants|people|pairs|fingers|were|have)\b", text)
        assert not re.search(r"\b0 (?:participants|people)\b", text)
        assert "nan" not in text.lower().split()


def test_the_printed_page_says_the_same(report):
    text = squeeze(plain(read_pdf(report.documents / "index.pdf")))
    for rule in ("primary_estimate", "primary_direction", "flow", "attendance", "adverse_events"):
        assert squeeze(plain(report.sentences[rule])) in text, rule


def test_the_article_keeps_to_the_limits_of_a_journal(report):
    check_limits(report.documents)


@pytest.mark.needs("pdftotext", "pdftoppm")
@pytest.mark.parametrize("document", DOCUMENTS)
def test_nothing_is_overprinted_or_left_empty(report, document, tmp_path):
    pdf = report.documents / f"{document}.pdf"
    assert find_overprints(read_pages(pdf)) == []
    *gaps, _ = measure_gaps(pdf, tmp_path)
    # A table that is kept whole may leave a third of a page empty.
    assert max(gaps) < 0.35
