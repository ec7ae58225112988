"""A newcomer does, word by word, what data/YOUR-TRIAL.md says."""

from newcomer import Newcomer, read_sections

SECTIONS = read_sections("data/YOUR-TRIAL.md", "Step by step")


def test_the_worked_example_is_done_word_by_word(untouched):
    newcomer = Newcomer(untouched, SECTIONS)
    for title in SECTIONS:
        newcomer.do(title)
    page = newcomer.root / "scratch" / "checked" / "data_check" / "queries.html"
    assert page.stat().st_size > 0
