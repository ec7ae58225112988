"""The finished article as a reader has it: its paragraphs, pictures in words, notes of tables."""

import re

from extracted import Page

SHORTCODE = re.compile(r"\{\{< var ([\w.]+) >\}\}")
# A list, or a text of the front matter.
ALONE = re.compile(rf"{SHORTCODE.pattern}|\w+: .*")
CITED = re.compile(r"\[@[^\]]*\]")
NUMBERED = re.compile(r"@(?:fig|tbl|sec)-[\w-]*\w")
# What stands before a caption.
LABEL = re.compile(r"^(?:Figure|Table) S?\d+: (?:SIMULATED\. )?")
CAPTION = re.compile(r"^!\[(.*)\]\([^)]*\)(?:\{[^}]*\})?$")
LINK = re.compile(r"\[([^\]]+)\]\([^)]*\)")


def plain(text):
    """Return a text without what typography adds to it."""
    text = text.replace("’", "'").replace("–", "--").replace("\xa0", " ")
    return " ".join(text.split())


class Article:
    """What stands in the article and its supplement.

    `pictures` holds alternative texts and `tables` rows, headings and notes among them, by id.
    """

    def __init__(self, paths):
        pages = [Page(path) for path in paths]
        kinds = ("p", "figcaption")
        texts = [plain(p.get_text()) for page in pages for p in page.soup.find_all(kinds)]
        self.paragraphs = [LABEL.sub("", text) for text in texts]
        self.pictures = {
            name: plain(each.select_one("img")["alt"])
            for page in pages
            for name, each in page.floats.items()
            if name.startswith("fig-")
        }
        self.tables = {
            name: [[plain(cell) for cell in row] for row in rows]
            for page in pages
            for name, rows in page.tables().items()
        }

    def notes(self, table):
        """Return the notes below a table: the last rows that are one cell wide."""
        rows = self.tables[table]
        wide = max(place for place, row in enumerate(rows) if len(row) > 1)
        return [row[0] for row in rows[wide + 1 :]]


def list_paragraphs(source):
    text = source.read_text(encoding="utf-8")
    lines = (CAPTION.sub(r"\1", line.strip()) for line in text.splitlines())
    return [line for line in lines if SHORTCODE.search(line) and not ALONE.fullmatch(line)]


def expect_paragraph(source, values):
    """Return a pattern of a paragraph with every key replaced by what is true.

    `values` are true texts by key; a key that is not among them stands for anything.
    """
    filled = SHORTCODE.sub(lambda key: values.get(key[1], f"{{{{< var {key[1]} >}}}}"), source)
    filled = plain(LINK.sub(r"\1", filled).replace("**", "").replace("`", ""))
    pattern, at = "", 0
    wild = re.compile("|".join(each.pattern for each in (SHORTCODE, CITED, NUMBERED)))
    for found in wild.finditer(filled):
        meant = r"(?:Figure|Table|Section) S?\d+" if NUMBERED.fullmatch(found[0]) else r".*?"
        pattern += re.escape(filled[at : found.start()]) + meant
        at = found.end()
    return re.compile(pattern + re.escape(filled[at:]))
