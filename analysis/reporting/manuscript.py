"""Read the words of the article and its supplement, and put every number in its place."""

import re
from dataclasses import dataclass

import yaml

from analysis.errors import DataError, suggest_name

# The documents of the project, in the order in which a reader meets them.
DOCUMENTS = ("index", "supplement")
SHORTCODE = re.compile(r"\{\{<\s*(\w+)\s+([^\s>]+)\s*>\}\}")
FIGURE = re.compile(r"^!\[.*\]\((_generated/figures/\w+)\)\{[^}]*\}\s*$")
# A table that holds nothing but its caption is filled with the generated table of its name.
TABLE = re.compile(r"^:{3,}\s*\{#tbl-([\w-]+)[^}]*\}\s*$")
# Sentences that are paragraphs or lists; Quarto's own shortcode would run them together.
WORDS = re.compile(r'^:{3,}\s*\{words="([\w.]+)"\}\s*$')
CLOSE = re.compile(r"^:{3,}\s*$")


@dataclass(frozen=True)
class Line:
    """A line of the sources, and where it stands."""

    text: str
    file: str
    number: int

    def error(self, problem, hint=""):
        """Return an error that names this line."""
        return DataError(problem, file=self.file, line=self.number, hint=hint)


@dataclass(frozen=True)
class Manuscript:
    """One document of the project: ``index`` or ``supplement``.

    Parameters
    ----------
    name : str
    front, body : tuple of Line
        The YAML front matter, and all that follows with its includes.
    """

    name: str
    front: tuple[Line, ...]
    body: tuple[Line, ...]

    @property
    def lines(self):
        """All lines."""
        return self.front + self.body

    @property
    def options(self):
        """The front matter as it stands, its shortcodes among it."""
        return yaml.safe_load("\n".join(line.text for line in self.front)) or {}

    @property
    def prefix(self):
        """What stands before the numbers of its sections, tables and figures."""
        return self.options.get("numbering", "")


def read_manuscript(name, root):
    """Read a document with the parts that it includes.

    Raises
    ------
    DataError
        It has no front matter, or a part is not there.
    """
    lines = _read_lines(root / f"{name}.qmd", root)
    fences = [index for index, line in enumerate(lines) if line.text == "---"][:2]
    if len(fences) < 2 or fences[0] != 0:
        raise DataError("the document begins with its front matter", file=f"report/{name}.qmd")
    return Manuscript(name, tuple(lines[1 : fences[1]]), tuple(lines[fences[1] + 1 :]))


def _read_lines(path, root):
    lines, closing = [], False
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


def fill_text(line, values, *, plain=False):
    """Replace every ``{{< var key >}}`` of a line, also inside the texts that come in.

    Raises
    ------
    DataError
        An unknown key or another shortcode.
    """

    def replace(match):
        value = _find_value(match, line, values)
        if value.kind == "sentence":
            return SHORTCODE.sub(replace, value.text)
        return value.text if plain else value.markdown

    return SHORTCODE.sub(replace, line.text)


def fill_lines(lines, values):
    """Return the text of lines in which no shortcode is left."""
    return "\n".join(fill_text(line, values) for line in lines) + "\n"


def fill_variables(lines, values):
    """Return the text of every key that lines name, filled in, for Quarto's own shortcode.

    Returns
    -------
    dict of str to str
        Markdown by key.
    """
    texts = {}
    for line in lines:
        for match in SHORTCODE.finditer(line.text):
            _find_value(match, line, values)
            texts[match[2]] = fill_text(Line(match[0], line.file, line.number), values)
    return texts


def list_tables(lines):
    """Return the name of each generated table with the line that asks for it.

    A table whose rows are written in the words is not one of them.
    """
    tables, opened, blocks = {}, None, 0
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


def check_material(lines, *, tables, generated):
    """Refuse figures and tables that no notebook has made.

    Parameters
    ----------
    lines : iterable of Line
    tables : set of str
        Tables that are made with the report.
    generated : pathlib.Path
        The folder with figures/ and tables/.

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


def check_key(match, line, keys):
    """Refuse a shortcode other than var, and a key that nothing stands behind.

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


def _find_value(match, line, values):
    check_key(match, line, values)
    return values[match[2]]
