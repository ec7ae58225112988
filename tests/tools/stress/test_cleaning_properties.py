"""Whatever an export holds: its rows have no order, its text stays text, its faults a place."""

import csv
import html.parser
import re

import pytest

from analysis.__main__ import main
from analysis.cleaning.clean import write_cleaned
from analysis.demo.planter import DIARY, IMAGES, REDCAP
from analysis.tables import read_table
from stress.bench import Bench, make_base
from stress.corrupt_files import HOSTILE, make_rng, save_files, write_files
from stress.trial import clean_files

# <i> is not a tag of the page for the site: if it were there, it would come from the data.
LONG = "<i>=A1</i>;" * 100_000
TEXTS = ("diluent", "enzyme_lot", "proc_deviation", "operator", "counter")
PAGE_TAGS = {
    "html", "head", "meta", "title", "style", "body", "h1", "h2", "h3", "section", "p", "b", "br",
    "table", "caption", "thead", "tbody", "tr", "th", "td",
}  # fmt: skip
PAGE_ATTRIBUTES = {"lang", "charset", "http-equiv", "content", "scope", "class", "colspan"}


def plant_hostile():
    """Return an export with hostile text in cells of every kind, and the texts that must stay."""
    bench = Bench(make_base(10, 4).tables, make_rng("hostile"))
    kept = []
    # A line break in a field that is not for notes stops the run.
    texts = [text for text in (*HOSTILE, LONG) if "\n" not in text]
    procedures = [bench.find_row(person, "procedure") for person in sorted(bench.free)]
    cells = [(row, name) for name in TEXTS for row in procedures]
    for text, (row, name) in zip(texts, cells, strict=False):
        bench.write(REDCAP, row, **{name: text})
        kept.append((bench.read(REDCAP, row, "record_id"), name, text))
    codes = [(bench.find_row(person, "week_12"), name) for name in ("haq_01", "kap_r", "circ_r2",
             "lab_crp", "visit_date") for person in sorted(bench.free)]  # fmt: skip
    for text, (row, name) in zip(texts, codes, strict=False):
        bench.write(REDCAP, row, **{name: text})
    for place, text in enumerate((*HOSTILE, LONG)):
        bench.write(IMAGES, place, comment=text)
    for place, text in enumerate(texts):
        bench.write(DIARY, 3 * place, device=text)
    bench.write(DIARY, 1, record_id='=HYPERLINK("x")<script>')
    bench.write(IMAGES, 60, reader="<script>alert(1)</script>")
    return bench.finish(), kept


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    folder = tmp_path_factory.mktemp("hostile")
    tables, kept = plant_hostile()
    save_files(write_files(tables, make_base(10, 4).provenance), folder / "raw")
    cleaned = clean_files(write_files(tables, make_base(10, 4).provenance))
    write_cleaned(cleaned, folder / "processed")
    return folder, cleaned, kept


def test_hostile_text_arrives_as_it_was_and_comes_back_from_the_files(hostile):
    folder, cleaned, kept = hostile
    procedures = cleaned.tables["procedures"].set_index("participant_id")
    columns = dict(zip(TEXTS, ("diluent", "enzyme_lot", "deviation", "operator", "cell_counter"),
                       strict=True))  # fmt: skip
    for participant, field, text in kept:
        assert procedures.at[participant, columns[field]] == text
    comments = cleaned.tables["items"].query("item == 'comment'")["text"]
    assert set(comments) >= {*HOSTILE, LONG}
    for name, table in cleaned.tables.items():
        assert read_table(name, folder / "processed").equals(table), name


def test_no_cell_of_a_written_table_is_obeyed(hostile):
    folder, cleaned, _ = hostile
    csv.field_size_limit(10_000_000)
    for name in cleaned.tables:
        text = (folder / "processed" / f"{name}.csv").read_text(encoding="utf-8")
        assert not re.search("[\x00-\x09\x0b-\x1f\x7f\u2028\u202e\u200f]", text), name
        for row in csv.reader(text.splitlines(keepends=True)):
            for cell in row:
                assert not re.match(r"[=@]|[+-](?![0-9.,]*(e[+-]?[0-9]+)?$)", cell), (name, cell)


class Tags(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.tags, self.attributes = set(), set()

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}


def test_the_page_for_the_site_shows_hostile_text_and_obeys_none(hostile, capsys):
    folder, _, _ = hostile
    assert main(["check-data", str(folder / "raw"), str(folder / "out")]) == 0
    page = (folder / "out" / "data_check" / "queries.html").read_text(encoding="utf-8")
    parser = Tags()
    parser.feed(page)
    assert parser.tags == PAGE_TAGS
    assert parser.attributes <= PAGE_ATTRIBUTES
    assert "&lt;script&gt;" in page
    assert "{{<" not in page and "SIMULATED" in page
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f\u2028\u202e\u200f]", page)
    assert len(page) < 2_000_000
    printed = capsys.readouterr()
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f]", printed.out + printed.err)
    assert "<script>" not in printed.out + printed.err
