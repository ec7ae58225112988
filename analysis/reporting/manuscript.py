"""Read the text of the article and its supplement, and fill in every number."""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from analysis.errors import DataError, suggest_name
from analysis.reporting.values import Value

# The documents of the project, in the order in which a reader meets them.
DOCUMENTS = ("index", "supplement")
SHORTCODE = re.compile(r"\{\{<\s*(\w+)\s+([^\s>]+)\s*>\}\}")
FIGURE = re.compile(r"^!\[.*\]\((_generated/figures/\w+)\)\{[^}]*\}\s*$")
# A table with nothing but a caption is filled with the generated table of its name.
TABLE = re.compile(r"^:{3,}\s*\{#tbl-([\w-]+)[^}]*\}\s*$")
# Sentences that are paragraphs or lists; Quarto's own shortcode would run them together.
WORDS = re.compile(r'^:{3,}\s*\{words="([\w.]+)"\}\s*$')
CLOSE = re.compile(r"^:{3,}\s*$")


@dataclass(frozen=True)
class Line:
    """A line of the sources, with its file and line number."""

    text: str
    file: str
    number: int | None

    def error(self, problem: str, hint: str = "") -> DataError:
        """Return an error that names this line."""
        return DataError(problem, file=self.file, line=self.number, hint=hint)


@dataclass(frozen=True)
class Manuscript:
    """One document of the project: ``index`` or ``supplement``.

    `front` is the YAML front matter, `body` everything after it, with its includes.
    """

    name: str
    front: tuple[Line, ...]
    body: tuple[Line, ...]

    @property
    def lines(self) -> tuple[Line, ...]:
        """All lines."""
        return self.front + self.body

    @property
    def options(self) -> dict[str, Any]:
        """The front matter, with its shortcodes as written."""
        return yaml.safe_load("\n".join(line.text for line in self.front)) or {}

    @property
    def prefix(self) -> str:
        """The prefix of the numbers of its sections, tables and figures."""
        return str(self.options.get("numbering", ""))


def read_manuscript(name: str, root: Path) -> Manuscript:
    """Read a document with the parts that it includes.

    Raises
    ------
    DataError
        It has no front matter, or a part is missing.
    """
    lines = _read_lines(root / f"{name}.qmd", root)
    fences = [index for index, line in enumerate(lines) if line.text == "---"][:2]
    if len(fences) < 2 or fences[0] != 0:
        raise DataError("the document must begin with its front matter", file=f"report/{name}.qmd")
    return Manuscript(name, tuple(lines[1 : fences[1]]), tuple(lines[fences[1] + 1 :]))


def _read_lines(path: Path, root: Path) -> list[Line]:
    lines: list[Line] = []
    closing = False
    for number, text in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        line = Line(text, path.relative_to(root.parent).as_posix(), number)
        code = SHORTCODE.fullmatch(text.strip())
        words = WORDS.match(text)
        if words:
            lines.append(Line(f"{{{{< var {words[1]} >}}}}", line.file, number))
            closing = True
        elif closing and CLOSE.match(text):
            closing = False
        elif code and code[1] == "include":
            part = root / code[2]
            if not part.exists():
                raise line.error(f"there is no {code[2]}", "Correct the include")
            lines += _read_lines(part, root)
        else:
            lines.append(line)
    return lines


def fill_text(line: Line, values: Mapping[str, Value]) -> str:
    """Replace every ``{{< var key >}}`` of a line, and those inside the inserted sentences.

    Raises
    ------
    DataError
        An unknown key or another shortcode.
    """

    def replace(match: re.Match[str]) -> str:
        value = _find_value(match, line, values)
        if value.kind == "sentence":
            return SHORTCODE.sub(replace, value.text)
        return value.markdown

    return SHORTCODE.sub(replace, line.text)


def fill_lines(lines: Iterable[Line], values: Mapping[str, Value]) -> str:
    """Return the text of lines with every shortcode filled in."""
    return "\n".join(fill_text(line, values) for line in lines) + "\n"


def fill_variables(lines: Iterable[Line], values: Mapping[str, Value]) -> dict[str, str]:
    """Return the Markdown of every key that lines name, filled in, for Quarto's own shortcode."""
    texts = {}
    for line in lines:
        for match in SHORTCODE.finditer(line.text):
            _find_value(match, line, values)
            texts[match[2]] = fill_text(Line(match[0], line.file, line.number), values)
    return texts


def list_tables(lines: Iterable[Line]) -> dict[str, Line]:
    """Return the name of each generated table with the line that asks for it.

    Tables whose rows are written in the text are left out.
    """
    tables: dict[str, Line] = {}
    opened, blocks = None, 0
    for line in lines:
        found = TABLE.match(line.text)
        if found:
            opened, blocks = (found[1].replace("-", "_"), line), 0
        elif opened and CLOSE.match(line.text):
            if blocks == 1:
                tables[opened[0]] = opened[1]
            opened = None
        elif opened and line.text.strip():
            blocks += 1
    return tables


def check_material(lines: Iterable[Line], *, tables: Collection[str], generated: Path) -> None:
    """Refuse figures and tables that no notebook has made.

    `tables` are the names of tables that are made with the report.

    Raises
    ------
    DataError
        With file and line.
    """
    for name, line in list_tables(lines).items():
        if name not in tables and not (generated / "tables" / f"{name}.html").exists():
            raise line.error(f"there is no table {name}", "Run `make notebooks`")
    for line in lines:
        figure = FIGURE.match(line.text)
        if figure and not (generated.parent / f"{figure[1]}.txt").exists():
            raise line.error(f"there is no figure {figure[1]}", "Run `make notebooks`")


def check_key(match: re.Match[str], line: Line, keys: Collection[str]) -> None:
    """Refuse a shortcode other than var, and an unknown key.

    Raises
    ------
    DataError
        With file and line, and the nearest key.
    """
    if match[1] != "var":
        raise line.error(f"the shortcode {match[1]} is not known here", "Use var or include")
    if match[2] not in keys:
        raise line.error(
            f"{match[2]} is no result, constant or sentence",
            suggest_name(match[2], keys, otherwise="report/_output/results.html lists the results"),
        )


def _find_value(match: re.Match[str], line: Line, values: Mapping[str, Value]) -> Value:
    check_key(match, line, values)
    return values[match[2]]
