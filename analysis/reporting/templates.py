"""Sentences whose wording depends on the data: templates in report/sentences, filled from facts.

A template is Jinja2 within ``<% %>`` and ``<< >>``, sandboxed, and may only choose: conditions and
loops over facts, no arithmetic, no name that is not a fact. Line breaks become spaces, except
before the items of a list.
"""

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import StrictUndefined, TemplateSyntaxError, UndefinedError, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from analysis.reporting.evidence import Facts, Number
from analysis.reporting.manuscript import Line
from analysis.results import format_p, introduce_p

FOLDER = "sentences"
_HEADING = re.compile(r"^## say\.(\w+)\s*$")
_ITEM = re.compile(r"\s*\n\s*(?=(?:\d+\.|-) )")
_BEFORE_MARK = re.compile(r"\s+(?=[.,;:)])|(?<=\()\s+")


@dataclass(frozen=True)
class Loop:
    """What a template may ask about the loop that it is in."""

    index: str
    first: bool
    last: bool
    revindex: int


def kind(result: Number) -> str:
    """Return "exact" or "approximate", by the method of a test or an interval's limit."""
    return "approximate" if result.approximate else "exact"


def agree(counted: Number | Collection[object], one: str, many: str) -> str:
    """Return the word that agrees with a number, or with the length of a list."""
    number = counted if isinstance(counted, Number) else len(counted)
    return many if number > 1 else one


def between(loop: Loop, comma: str, last: str) -> str:
    """Return the separator between an item of a loop and the next: `last` before the last item."""
    return "" if loop.last else last if loop.revindex == 2 else comma


def listed(outcomes: Collection[Any], last: str) -> str:
    """Return the names of outcomes with commas and, before the last one, a word."""
    *names, end = [outcome.phrase for outcome in outcomes]
    return f"{', '.join(names)} {last} {end}" if names else end


def p(value: Number) -> str:
    """Return a p-value as an equation, or as a bound where it is small."""
    return f"{introduce_p(format_p(value))}{value}"


FILTERS: dict[str, Callable[..., str]] = {
    function.__name__: function for function in (agree, between, kind, listed, p)
}


@dataclass(frozen=True)
class Template:
    """A template for a sentence, with its file.

    Parameters
    ----------
    source
        As written, after as many empty lines as there are lines before it in its file.
    """

    name: str
    source: str
    file: str

    @property
    def key(self) -> str:
        """Its key in the documents."""
        return f"say.{self.name}"

    @property
    def start(self) -> int:
        """The line on which it begins."""
        return find_start(self.source)

    def line(self, number: int, text: str = "") -> Line:
        """Return a line of it."""
        return Line(text, self.file, number)


def read_templates(folder: Path) -> list[Template]:
    """Read the templates of a folder: what follows a heading ``## say.NAME`` in one of its files.

    Raises
    ------
    DataError
        Two have the same name.
    """
    templates: dict[str, Template] = {}
    for path in sorted(folder.glob("*.md")):
        file = path.relative_to(folder.parent.parent).as_posix()
        lines = path.read_text(encoding="utf-8").splitlines()
        starts = [(n, found[1]) for n, line in enumerate(lines) if (found := _HEADING.match(line))]
        for place, (start, name) in enumerate(starts):
            end = starts[place + 1][0] if place + 1 < len(starts) else len(lines)
            source = "\n" * (start + 1) + "\n".join(lines[start + 1 : end])
            template = Template(name, source, file)
            if name in templates:
                raise template.line(start + 1).error(
                    f"say.{name} stands in {templates[name].file} already", "Rename one of them"
                )
            templates[name] = template
    return list(templates.values())


def find_start(text: str) -> int:
    """Return the line on which the words of a text begin."""
    return 1 + text[: len(text) - len(text.lstrip())].count("\n")


def make_environment() -> ImmutableSandboxedEnvironment:
    """Return a Jinja2 environment with our few filters and nothing else."""
    environment = ImmutableSandboxedEnvironment(
        block_start_string="<%",
        block_end_string="%>",
        variable_start_string="<<",
        variable_end_string=">>",
        comment_start_string="<#",
        comment_end_string="#>",
        undefined=StrictUndefined,
    )
    environment.globals.clear()
    environment.tests.clear()
    environment.filters.clear()
    environment.filters.update(FILTERS)
    return environment


def parse_template(template: Template) -> nodes.Template:
    """Parse a template.

    Raises
    ------
    DataError
        It is not well formed, with file and line.
    """
    try:
        return make_environment().parse(template.source)
    except TemplateSyntaxError as error:
        raise template.line(error.lineno).error(f"{error.message}") from None


def render_template(template: Template, facts: Facts) -> str:
    """Return the sentence that the facts choose.

    Raises
    ------
    DataError
        It prints an absent fact, such as the stopping outcome of a sequence that never stopped.
    """
    tree = make_environment().from_string(parse_template(template))
    try:
        return join_lines(tree.render(vars(facts)))
    except UndefinedError as error:
        raise template.line(template.start).error(f"say.{template.name}: {error.message}") from None


def join_lines(text: str) -> str:
    """Return a text with its line breaks as spaces, except before the items of a list.

    Examples
    --------
    >>> join_lines(" One\\n (\\n two )\\n .\\n")
    'One (two).'
    """
    items = [" ".join(item.split()) for item in _ITEM.split(text.strip())]
    return "\n".join(_BEFORE_MARK.sub("", item) for item in items)
