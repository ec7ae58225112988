"""How a finished document is laid out: its words on paper, its pages, its length."""

import re
from collections import Counter
from dataclasses import dataclass
from html import unescape
from itertools import pairwise

import matplotlib.image
import numpy as np
from docx import Document
from docx.oxml.ns import qn
from extracted import Page
from programs import call
from pypdf import PdfReader

BOX = re.compile(r'<word xMin="(.+?)" yMin="(.+?)" xMax="(.+?)" yMax="(.+?)">(.*?)</word>')
# Where a line may end within a word: its own hyphens, dashes and strokes.
BREAK = re.compile(r"[\s\u2007\u200b/–−-]+")
# Of a page's height, what lies between header and footer.
TOP, BOTTOM = 0.07, 0.93
DOTS_PER_INCH = 20
# LibreOffice lets a line end within the name of a file.
FILE_NAME = re.compile(r"\w\.[a-z]")


@dataclass(frozen=True)
class Word:
    """A word on a page, in points from its upper left corner."""

    text: str
    left: float
    top: float
    right: float
    bottom: float

    def covers(self, other):
        across = min(self.right, other.right) - max(self.left, other.left)
        down = min(self.bottom, other.bottom) - max(self.top, other.top)
        return across > 1 and down > 0.4 * min(self.bottom - self.top, other.bottom - other.top)


def read_pages(pdf):
    pages = call("pdftotext", "-bbox", pdf, "-", check=True).stdout.split("<page ")[1:]
    return [
        [Word(unescape(word), *map(float, box)) for *box, word in BOX.findall(page)]
        for page in pages
    ]


def find_overprints(pages):
    found = []
    for number, words in enumerate(pages, 1):
        for place, word in enumerate(words):
            covered = [other for other in words[place + 1 :] if word.covers(other)]
            found += [(number, word.text, other.text) for other in covered]
    return found


def list_lines(words, height):
    """Return the lines between header and footer of a page, from the top, as texts."""
    lines = {}
    for word in sorted(words, key=lambda word: (word.bottom, word.left)):
        if TOP * height < word.bottom < BOTTOM * height:
            lines.setdefault(round(word.bottom / 3), []).append(word.text)
    return [" ".join(line) for line in lines.values()]


def measure_gaps(pdf, folder):
    """Return the highest empty strip of each page, as a share of its height."""
    call("pdftoppm", "-r", str(DOTS_PER_INCH), "-png", pdf, folder / "page", check=True)
    gaps = []
    for path in sorted(folder.glob("page*.png")):
        picture = matplotlib.image.imread(path)[..., 0]
        edges = [round(share * len(picture)) for share in (TOP, BOTTOM)]
        printed = np.flatnonzero((picture < 0.8).any(axis=1))
        inside = [row for row in printed if edges[0] < row < edges[1]]
        rows = [edges[0], *inside, edges[1]]
        gaps.append(max(after - before for before, after in pairwise(rows)) / len(picture))
    return gaps


def find_split_words(document, folder):
    """Return the words of a Word document that a line ends within, as LibreOffice sets it."""
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    options = ("--headless", "--convert-to", "pdf", "--outdir", folder)
    call("soffice", profile, *options, document, check=True)
    pages = read_pages(folder / f"{document.stem}.pdf")
    printed = Counter(part for words in pages for word in words for part in _cut(word.text))
    written = Counter()
    for paragraph in Document(document).element.body.iter(qn("w:p")):
        pieces = paragraph.iter(qn("w:t"), qn("w:br"))
        written.update(_cut("".join(piece.text or " " for piece in pieces)))
    return list(written - printed)


def _cut(text):
    return [part for part in BREAK.split(text) if len(part) > 1 and not FILE_NAME.search(part)]


def check_limits(folder):
    """Hold the article to what a journal takes, whatever the export."""
    page = Page(folder / "index.html")
    assert len(PdfReader(folder / "index.pdf").pages) <= 12
    page.soup.select_one(".abstract .keywords").decompose()
    assert len(page.soup.select_one(".abstract").get_text().split()) <= 300
    kinds = Counter(name[:3] for name in page.floats)
    assert max(kinds.values()) <= 4
    assert sum(len(row) > 1 for row in page.tables()["tbl-baseline"][1:]) <= 30
    for left_out in page.soup.select(".abstract, nav, figure, table, #refs"):
        left_out.decompose()
    assert len(page.soup.select_one("main").get_text().split()) <= 3500
