"""What a finished document says, taken out of HTML, Word and PDF so that it can be compared."""

import re
from collections import Counter

from bs4 import BeautifulSoup
from docx import Document
from docx.oxml.ns import qn
from pypdf import PdfReader

LABEL = re.compile(r"(?:Table|Figure) S?\d+(?=: )")
WORD = qn("w:t")


def tidy(text):
    """Return a text with single spaces, and without the spaces that align decimals."""
    return " ".join(re.sub("[\u2007\u200b]", "", text).split())


def squeeze(text):
    """Return a text without the spaces and hyphens that the end of a line makes or takes."""
    return re.sub(r"[\s\u00ad\u2010-]", "", tidy(text))


class Page:
    """The article in HTML, by whichever renderer; `floats` are tables and figures by id."""

    def __init__(self, path):
        self.soup = BeautifulSoup(path.read_text(encoding="utf-8"), "lxml")
        for unseen in self.soup.select("script, style, .unseen"):
            unseen.decompose()
        floats = self.soup.select("[id^=tbl-], [id^=fig-]")
        self.floats = {each["id"]: each for each in floats if _is_float(each)}

    def tables(self):
        return {
            name: [
                [tidy(cell.get_text()) for cell in row.select("th, td")]
                for row in each.select("tr")
            ]
            for name, each in self.floats.items()
            if name.startswith("tbl-")
        }

    def label(self, name):
        """Return how a float is cited, without spaces: ``TableS12``."""
        return squeeze(self.floats[name].select_one("caption, figcaption").get_text().split(":")[0])

    def captions(self):
        found = [each.select_one("caption, figcaption") for each in self.floats.values()]
        return sorted(tidy(each.get_text()) for each in found)

    def references(self):
        return [tidy(each.get_text()) for each in self.soup.select("#refs .csl-entry")]

    def crossings(self):
        """Count the cross-references by what they lead to and what they are called."""
        links = self.soup.select('a[href^="#tbl-"], a[href^="#fig-"]')
        return Counter((each["href"], tidy(each.get_text())) for each in links)

    def numbers(self):
        found = self.soup.select("[data-result]")
        return Counter((each["data-result"], tidy(each.get_text())) for each in found)


def _is_float(element):
    parts = ("table, img, svg", "caption, figcaption")
    return all(element.select_one(part) for part in parts)


def read_word(path):
    """Return the cells of each table of a Word document, and its captions.

    A renderer may set a whole table or a figure into a table of one cell; that is none.
    """
    body = Document(str(path)).element.body
    tables = []
    for table in body.iter(qn("w:tbl")):
        inner = list(table.iter(qn("w:tbl"), qn("w:drawing")))
        if len(inner) == 1:
            tables.append([[_text(cell) for cell in row.tc_lst] for row in table.tr_lst])
    paragraphs = [_text(each) for each in body.iter(qn("w:p"))]
    return tables, sorted(text for text in paragraphs if LABEL.match(text))


def _text(element):
    return tidy("".join(each.text or "" for each in element.iter(WORD)))


def read_pdf(path):
    return squeeze("".join(page.extract_text() for page in PdfReader(path).pages))
