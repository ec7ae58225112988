"""Whatever an export holds: its rows have no order, its text stays text, its faults a place."""

import csv
import html.parser
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.__main__ import main
from analysis.cleaning.clean import write_cleaned
from analysis.demo.planter import DIARY, IMAGES, REDCAP
from analysis.errors import AnalysisError
from analysis.tables import read_table
from stress.bench import Bench, make_base
from stress.corrupt_files import HARMLESS, HOSTILE, RANDOM, make_rng, save_files, write_files
from stress.trial import KINDS, clean_files, judge_files, plant_many

FEW = settings(max_examples=3, deadline=None, derandomize=True)
# No tag of the page for the site: one there would come from the data.
LONG = "<i>=A1</i>;" * 100_000
TEXTS = ("diluent", "enzyme_lot", "proc_deviation", "operator", "counter")
PAGE_TAGS = {
    "html", "head", "meta", "title", "style", "body", "h1", "h2", "h3", "section", "p", "b", "br",
    "table", "caption", "thead", "tbody", "tr", "th", "td",
}  # fmt: skip
PAGE_ATTRIBUTES = {"lang", "charset", "http-equiv", "content", "scope", "class", "colspan"}


@FEW
@given(
    size=st.integers(7, 12),
    seed=st.integers(0, 10_000),
    kinds=st.lists(st.sampled_from(KINDS), min_size=1, max_size=12),
    way=st.sampled_from(HARMLESS),
)
def test_known_faults_are_found_in_any_export_and_nothing_else_is_asked(size, seed, kinds, way):
    base = 1 + seed % 5
    bench = plant_many(size, base, make_rng("property", seed), kinds, size)
    files = write_files(bench.finish(), make_base(size, base).provenance)
    way.rewrite(files, make_rng("way", seed))
    verdict = judge_files(files, bench.faults, size, base)
    assert (verdict.missed, verdict.alarms) == ((), ())


@FEW
@given(seed=st.integers(0, 10_000), spoilers=st.sets(st.sampled_from(list(RANDOM)), min_size=1))
def test_a_spoiled_export_balances_or_stops_with_the_name_of_a_file(seed, spoilers):
    rng = make_rng("spoiled", seed)
    bench = plant_many(7, 1 + seed % 5, rng, rng.sample(KINDS, 6), 6)
    files = write_files(bench.finish(), make_base(7, 1).provenance)
    # Cells come before bytes, after which there may be no cells.
    for spoiler in sorted(spoilers, key=list(RANDOM).index):
        RANDOM[spoiler](files, rng)
    try:
        cleaned = clean_files(files)
    except AnalysisError as error:
        assert error.file
    else:
        assert (cleaned.balance["rows"] > 0).any()


def test_the_order_of_the_rows_means_nothing():
    rng = make_rng("order")
    bench = plant_many(20, 3, rng, rng.sample(KINDS, len(KINDS)), 20)
    tables = bench.finish()
    provenance = make_base(20, 3).provenance
    before = clean_files(write_files(tables, provenance))
    for file in (REDCAP, DIARY, IMAGES):
        tables[file] = tables[file].sample(frac=1, random_state=rng.randrange(1000))
    after = clean_files(write_files(tables, provenance))
    assert [name for name, t in before.tables.items() if not t.equals(after.tables[name])] == []
    assert before.balance.equals(after.balance)
    assert all(before.wide[file].equals(after.wide[file]) for file in before.wide)


def plant_hostile():
    """Return an export with hostile text in cells of every kind, and what is to be kept of it."""
    bench = Bench(make_base(10, 4).tables, make_rng("hostile"))
    kept = []
    texts = (*HOSTILE, LONG)
    procedures = [bench.find_row(person, "procedure") for person in sorted(bench.free)]
    cells = [(row, name) for name in TEXTS for row in procedures]
    for text, (row, name) in zip(texts, cells, strict=False):
        bench.write(REDCAP, row, **{name: text})
        kept.append((bench.read(REDCAP, row, "record_id"), name, text))
    codes = [(bench.find_row(person, "week_12"), name) for name in ("haq_01", "kap_r", "circ_r2",
             "lab_crp", "visit_date") for person in sorted(bench.free)]  # fmt: skip
    for text, (row, name) in zip(texts, codes, strict=False):
        bench.write(REDCAP, row, **{name: text})
    for place, text in enumerate(texts):
        bench.write(IMAGES, place, comment=text)
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
    """Collects the tags and attributes of a page."""

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
    assert "{{<" not in page
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f\u2028\u202e\u200f]", page)
    assert len(page) < 2_000_000
    told = capsys.readouterr()
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f]", told.out + told.err)
    assert "<script>" not in told.out + told.err
