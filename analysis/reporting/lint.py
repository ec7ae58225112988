"""Check the text against its rules, and every printed result against the table of results.

No number is typed, no claim is too strong, and nothing is left unresolved.
"""

import html
import re
import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path

import pandas as pd

from analysis.errors import DataError
from analysis.reporting.manuscript import Line
from analysis.reporting.values import set_apostrophes
from analysis.tables import make_readable

# Names that contain digits and are not results.
ALLOWED = re.compile(
    r"\bE9\(R1\)|\bPDF/UA-1\b|\bSHA-256\b|\bICH E2A\b|\bPDE5\b|\bphosphodiesterase type 5\b"
)
NUMBER_WORD = re.compile(
    r"\b(three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|thirty|hundred)\b", re.I
)
FORBIDDEN = re.compile(
    r"\b(significan(?:t|tly|ce)|(?-i:trends?|Trends?)|effective(?:ness)?|efficac(?:y|ious)"
    r"|treatment effects?|due to (?:the )?(?:SVF|injections?|treatment)|safe|safely"
    r"|well[- ]tolerated|responders?|response rates?|confirm(?:s|ed)?|demonstrate[sd]?"
    r"|regenerat(?:ed|es|ion)|stem cells?|no change|no difference|consistent with)\b",
    re.I,
)
CROSS_REFERENCE = re.compile(r"(?<![\w\\])@((?:fig|tbl|sec)-[\w-]*\w)")
CITATION = re.compile(r"(?<![\w\\])@([a-z]\w*)(?![\w-])")
DEFINITION = re.compile(r"\{#((?:fig|tbl|sec)-[\w-]+)")
_NO_PROSE = re.compile(
    r"\{\{<[^>]*>\}\}"  # shortcodes
    r"|`[^`]*`"  # code: names of files, keys and functions
    r"|(?<![\w\\])@[a-z][\w-]*"  # citations and cross-references
    r"|\]\([^)]*\)"  # targets of links and images
    r"|\{[^}]*\}"  # attributes
    r"|<!--.*?-->"
)
SIGNS = re.compile(r"\{\{[<%]|\?@[\w-]+|\?(?:var|meta):\S+|\?\?\?|(?<!\w)@(?:fig|tbl|sec)-[\w-]+")
_PRINTED = re.compile(
    r'\[(?P<words>(?:\\.|[^\]\\])*)\]\{\.result data-result="(?P<key>[^"]+)"\}'
    r'|data-result="(?P<cell_key>[^"]+)">(?P<cell>[^<]*)<'
)


def check_prose(lines: Iterable[Line]) -> None:
    """Refuse typed numbers and the words that the report never prints.

    Raises
    ------
    DataError
        With file and line.
    """
    for line in lines:
        prose = ALLOWED.sub(" ", _NO_PROSE.sub(" ", line.text))
        typed = re.search(r"\S*\d\S*", prose) or NUMBER_WORD.search(prose)
        if typed:
            raise line.error(
                f"the number {typed[0]!r} is typed", "Name a result or a constant with var"
            )
        check_claims(line, prose)


def check_claims(line: Line, text: str) -> None:
    """Refuse, in any printed text of this line, the words that the report never prints."""
    claim = FORBIDDEN.search(text)
    if claim:
        raise line.error(
            f"the report never prints {claim[0]!r}", "Describe the change that was observed"
        )


def check_references(lines: Sequence[Line], text: str, bibliography: str) -> None:
    """Refuse broken references, and figures, tables and sources that are never referred to.

    `text` is the text of the lines with every key filled in (sentences may cite).

    Raises
    ------
    DataError
        With the file and, where there is one, the line.
    """
    defined = set(DEFINITION.findall(text))
    referred = set(CROSS_REFERENCE.findall(text))
    listed = set(re.findall(r"^@\w+\{([^,\s]+),", bibliography, re.M))
    cited = set(CITATION.findall(CROSS_REFERENCE.sub(" ", text)))
    floats = {name for name in defined if not name.startswith("sec-")}
    for names, problem, hint in (
        (referred - defined, "@{} leads nowhere", "Define it, or correct the name"),
        (floats - referred, "{} is mentioned nowhere", "Mention it in the text with @"),
        (cited - listed, "@{} is not in references.bib", "Add it, or correct the key"),
        (listed - cited, "reference {} is listed but not cited", "Cite it or take it out"),
    ):
        for name in sorted(names):
            raise _find(lines, name).error(problem.format(name), hint)


def _find(lines: Iterable[Line], name: str) -> Line:
    pattern = re.compile(rf"(?<![\w-]){re.escape(name)}(?![\w-])")
    for line in lines:
        if pattern.search(line.text):
            return line
    return Line("", "report/references.bib", None)


def read_document(path: Path) -> str:
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
    return _read_pdf(path)


def _read_pdf(path: Path) -> str:
    from pypdf import PdfReader
    from pypdf.generic import DecodedStreamObject, NameObject

    texts = []
    for page in PdfReader(path).pages:
        content = page.get_contents()
        if content is not None:
            stream = DecodedStreamObject()
            stream.set_data(_leave_out_drawings(content.get_data()))
            page[NameObject("/Contents")] = stream
        texts.append(page.extract_text())
    return "\n".join(texts)


def _leave_out_drawings(content: bytes) -> bytes:
    """Return the content of a page without drawings that have no text, most of its length.

    A drawing saves the state of the page (q), draws, and restores it (Q).
    """
    parts = content.split(b"\nq ")
    texts = (
        part
        for part in parts
        if b"BT" in part or part.count(b"\nQ") != 1 or not part.endswith(b"\nQ")
    )
    return b"\nq ".join(texts)


def check_leftovers(path: Path, *, citations: Iterable[str], inserted: str) -> None:
    """Refuse a document in which something was left unresolved.

    Parameters
    ----------
    citations
        Keys of the bibliography, which readers must not see.
    inserted
        All texts that came from data; nothing in them counts as unresolved.

    Raises
    ------
    DataError
        Names the document and what was left.
    """
    text = read_document(path)
    keys = [rf"@{re.escape(key)}\b" for key in citations]
    for match in re.finditer("|".join([SIGNS.pattern, *keys]), text):
        if match[0] not in inserted:
            raise DataError(f"{match[0]!r} was left unresolved", file=path.name)


def list_printed(text: str) -> list[tuple[str, str]]:
    """Return result_id and printed text of each result in Markdown or HTML, once, in order."""
    printed: dict[tuple[str, str], None] = {}
    for match in _PRINTED.finditer(text):
        if match["key"]:
            printed[match["key"], re.sub(r"\\(.)", r"\1", match["words"])] = None
        else:
            printed[match["cell_key"], html.unescape(match["cell"])] = None
    return list(printed)


def check_printed(printed: Iterable[tuple[str, str]], results: pd.DataFrame) -> None:
    """Refuse a number that is not the text of the result that it names.

    Raises
    ------
    DataError
        The table that prints it was made from other results, or the result is gone.
    """
    texts = dict(zip(results["result_id"], results["text"], strict=True))
    for key, text in printed:
        if _squeeze(texts.get(key, "")) != _squeeze(text):
            known = f"is {texts[key]}" if key in texts else "is not there"
            raise DataError(
                f"the report prints {text} for {key}, which {known}",
                hint="Run `make notebooks` again",
            )


def _squeeze(text: str) -> str:
    return make_readable(" ".join(set_apostrophes(text).split()))
