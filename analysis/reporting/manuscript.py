"""Read the manuscript's words and put every number, table and figure in its place."""

import re
from dataclasses import dataclass
from pathlib import Path

from analysis.errors import DataError
from analysis.reporting.checklist import list_headings, print_checklist, read_checklist
from analysis.reporting.values import Value, escape_markdown, set_apostrophes

SHORTCODE = re.compile(r"\{\{<\s*(\w+)\s+([^\s>]+)\s*>\}\}")
FIGURE = re.compile(
    r"^!\[(?P<caption>.*)\]\(_generated/figures/(?P<name>\w+)\)\{(?P<attributes>[^}]*)\}\s*$"
)
TABLE = re.compile(r"^_generated/tables/(\w+)\.html$")
CHECKLIST = re.compile(r"^checklists/\w+\.yml$")
OPEN_TABLE = re.compile(r"^(:{3,})\s*\{#tbl-")


@dataclass(frozen=True)
class Line:
    """A line of the sources, and where it stands."""

    text: str
    file: str
    number: int

    def error(self, problem, hint=""):
        """Return an error that names this line."""
        return DataError(problem, file=self.file, line=self.number, hint=hint)


def read_lines(path: Path, root: Path) -> list[Line]:
    """Read a source file with the parts and checklists that it includes.

    Parameters
    ----------
    path, root
        The file, and the folder from which includes count and files are named.

    Returns
    -------
    list of Line
        The rows of a checklist stand at the line that includes it.
    """
    lines = _read_parts(path, root)
    headings = list_headings(line.text for line in lines)
    read = []
    for line in lines:
        code = SHORTCODE.fullmatch(line.text.strip())
        if code and CHECKLIST.match(code[2]):
            items = read_checklist(root / code[2])
            rows = print_checklist(items, headings, source=code[2]).splitlines()
            read += [Line(row, line.file, line.number) for row in rows]
        else:
            read.append(line)
    return read


def _read_parts(path, root):
    lines = []
    name = path.relative_to(root.parent).as_posix()
    for number, text in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        line = Line(text, name, number)
        code = SHORTCODE.fullmatch(text.strip())
        if not (code and code[1] == "include") or TABLE.match(code[2]):
            lines.append(line)
            continue
        part = root / code[2]
        if not part.exists():
            raise line.error(f"there is no {code[2]}", "Correct the include")
        lines += [line] if CHECKLIST.match(code[2]) else _read_parts(part, root)
    return lines


def fill_lines(lines: list[Line], *, values: dict[str, Value], generated: Path, mark: str) -> str:
    """Put texts, tables and figures in their places.

    Parameters
    ----------
    mark
        The word that captions and alternative texts bear, or "".

    Returns
    -------
    str
        Markdown in which no shortcode is left.

    Raises
    ------
    DataError
        An unknown key, table or figure, with file and line.
    """
    filled = []
    caption_of = None
    for line in lines:
        figure = FIGURE.match(line.text)
        opened = OPEN_TABLE.match(line.text)
        code = SHORTCODE.fullmatch(line.text.strip())
        if figure:
            filled.append(_fill_figure(line, figure, values, generated, mark))
        elif code and code[1] == "include":
            filled.append(_fill_table(line, TABLE.match(code[2])[1], generated))
        else:
            text = fill_text(line, values)
            if opened:
                caption_of = opened[1]
            elif caption_of and text.strip() == caption_of:
                caption_of = None
            elif caption_of and text.strip() and mark and not text.startswith("|"):
                text = f"{_mark(mark)} {text}"
                caption_of = None
            filled.append(text)
    return "\n".join(filled) + "\n"


def fill_text(line, values, *, plain=False):
    """Replace every ``{{< var key >}}`` of a line, also inside the texts that come in.

    Raises
    ------
    DataError
        An unknown key or another shortcode.
    """

    def replace(match):
        if match[1] != "var":
            raise line.error(f"the shortcode {match[1]} is not known here", "Use var or include")
        if match[2] not in values:
            raise line.error(
                f"{match[2]} is no result, constant or sentence", "See report/_generated/_variables"
            )
        value = values[match[2]]
        if value.kind == "sentence":
            return SHORTCODE.sub(replace, value.text)
        return value.text if plain else value.markdown

    return SHORTCODE.sub(replace, line.text)


def _fill_figure(line, figure, values, generated, mark):
    name = figure["name"]
    described = generated / "figures" / f"{name}.txt"
    if not described.exists():
        raise line.error(f"there is no figure {name}", "Run `make notebooks`")
    alt = _attribute(described.read_text(encoding="utf-8"))
    caption = fill_text(Line(figure["caption"], line.file, line.number), values)
    marked = f"{_mark(mark)} {caption}" if mark else caption
    return f'![{marked}](figures/{name}){{{figure["attributes"]} fig-alt="{alt}"}}'


def _fill_table(line, name, generated):
    path = generated / "tables" / f"{name}.html"
    if not path.exists():
        raise line.error(f"there is no table {name}", "Run `make notebooks`")
    # Could end the fence or open a shortcode; as character references they are the same text.
    html = path.read_text(encoding="utf-8").replace("`", "&#96;").replace("{{", "&#123;{")
    html = set_apostrophes(html.replace("&#x27;", "'"))
    return f"```{{=html}}\n{html}```"


def _mark(mark):
    return f"**{escape_markdown(mark)}.**"


def _attribute(text):
    text = " ".join(text.split()).replace("&", "&amp;").replace("{{", "&#123;{")
    return text.replace("\\", "\\\\").replace('"', '\\"')
