"""Look into the finished documents for anything that was not resolved."""

import html
import re
import zipfile

from analysis.errors import DataError

SIGNS = re.compile(r"\{\{[<%]|\?@[\w-]+|\?(?:var|meta):\S+|\?\?\?|(?<!\w)@(?:fig|tbl|sec)-[\w-]+")


def read_document(path):
    """Return the text of a rendered document (HTML, Word, PDF), without script and style."""
    if path.suffix == ".html":
        page = path.read_text(encoding="utf-8")
        page = re.sub(r"<(script|style)\b.*?</\1>", " ", page, flags=re.S)
        page = re.sub(r"</?(?:span|a|strong|em|code)\b[^>]*>", "", page)
        return html.unescape(re.sub(r"<[^>]+>", " ", page))
    if path.suffix == ".docx":
        with zipfile.ZipFile(path) as archive:
            page = archive.read("word/document.xml").decode("utf-8")
        page = re.sub(r"</w:p>", "\n", page)
        return html.unescape(re.sub(r"<[^>]+>", "", page))
    from pypdf import PdfReader

    return "\n".join(page.extract_text() for page in PdfReader(path).pages)


def check_leftovers(path, *, citations, inserted):
    """Refuse a document in which something was left unresolved.

    Parameters
    ----------
    path : pathlib.Path
    citations : iterable of str
        Keys of the bibliography, which no reader may see.
    inserted : str
        All texts that came from data; what they hold is no leftover.

    Raises
    ------
    DataError
        Names the document and what was left.
    """
    text = read_document(path)
    keys = [rf"@{re.escape(key)}\b" for key in citations]
    for pattern in (SIGNS, re.compile("|".join(keys)) if keys else None):
        for match in pattern.finditer(text) if pattern else ():
            if match[0] not in inserted:
                raise DataError(f"{match[0]!r} was left unresolved", file=path.name)
