"""Sentences whose wording depends on the data: templates in report/sentences, filled from facts.

A template is Jinja2 within ``<% %>`` and ``<< >>``, sandboxed, and may only choose: conditions and
loops over facts, no arithmetic, no name that is not a fact. Line breaks are spaces, but for those
before the items of a list.
"""

import dataclasses
import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, get_args, get_origin, get_type_hints

from jinja2 import StrictUndefined, TemplateSyntaxError, UndefinedError, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from analysis.errors import suggest_name
from analysis.reporting.evidence import Facts, Number
from analysis.reporting.lint import check_prose
from analysis.reporting.manuscript import SHORTCODE, Line, check_key
from analysis.results import format_p, introduce_p

FOLDER = "sentences"
_HEADING = re.compile(r"^## say\.(\w+)\s*$")
_ITEM = re.compile(r"\s*\n\s*(?=(?:\d+\.|-) )")
_BEFORE_MARK = re.compile(r"\s+(?=[.,;:)])|(?<=\()\s+")
# What a template may be made of; arithmetic, calls and assignments are not among it.
_ALLOWED = (
    *(nodes.Template, nodes.Output, nodes.TemplateData, nodes.If, nodes.For),
    *(nodes.Name, nodes.Getattr, nodes.Const, nodes.Filter),
    *(nodes.Compare, nodes.Operand, nodes.And, nodes.Or, nodes.Not),
)


@dataclass(frozen=True)
class Loop:
    """What a template may ask about the loop that it is in."""

    index: str
    first: bool
    last: bool
    revindex: int


def agree(counted: Number | Collection[object], one: str, many: str) -> str:
    """Return the word that agrees with a number, or with the length of a list."""
    number = counted if isinstance(counted, Number) else len(counted)
    return many if number > 1 else one


def between(loop: Loop, comma: str, last: str) -> str:
    """Return what stands between an item of a loop and the next: `last` before the last one."""
    return "" if loop.last else last if loop.revindex == 2 else comma


def listed(outcomes: Collection[Any], last: str) -> str:
    """Return the names of outcomes with commas and, before the last one, a word."""
    *names, end = [outcome.phrase for outcome in outcomes]
    return f"{', '.join(names)} {last} {end}" if names else end


Scope = dict[str, Any]


def p(value: Number) -> str:
    """Return a p-value as an equation, or as a bound where it is small."""
    return f"{introduce_p(format_p(value))}{value}"


FILTERS: dict[str, Callable[..., str]] = {
    function.__name__: function for function in (agree, between, listed, p)
}


@dataclass(frozen=True)
class Template:
    """A sentence to be chosen, and where it stands.

    Parameters
    ----------
    source
        As it is written, behind as many empty lines as stand before it in its file.
    """

    name: str
    source: str
    file: str

    @property
    def key(self) -> str:
        """As the documents name it."""
        return f"say.{self.name}"

    @property
    def start(self) -> int:
        """The line on which it begins."""
        return _find_start(self.source)

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


def _find_start(text: str) -> int:
    return 1 + text[: len(text) - len(text.lstrip())].count("\n")


def make_environment() -> ImmutableSandboxedEnvironment:
    """Return an environment that knows facts and the few filters, and nothing else."""
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
        It prints what there is nothing of, such as the outcome at which no sequence stopped.
    """
    tree = make_environment().from_string(parse_template(template))
    try:
        return join_lines(tree.render(vars(facts)))
    except UndefinedError as error:
        raise template.line(template.start).error(f"say.{template.name}: {error.message}") from None


def join_lines(text: str) -> str:
    """Return a text with its line breaks as spaces, but for those before the items of a list.

    Examples
    --------
    >>> join_lines(" One\\n (\\n two )\\n .\\n")
    'One (two).'
    """
    items = [" ".join(item.split()) for item in _ITEM.split(text.strip())]
    return "\n".join(_BEFORE_MARK.sub("", item) for item in items)


def list_words(template: Template) -> list[Line]:
    """Return the words of a template, whatever branch they are in.

    Raises
    ------
    DataError
        It is not well formed.
    """
    return list(_find_words(parse_template(template), template))


def check_template(template: Template, keys: Collection[str]) -> None:
    """Refuse a template that computes, names what is not there, types a number or claims too much.

    Every branch is looked at, whether the data of this run lead to it or not.

    Parameters
    ----------
    keys
        Everything that may be printed.

    Raises
    ------
    DataError
        With file and line.
    """
    tree = parse_template(template)
    for node in tree.find_all(nodes.Node):
        if not isinstance(node, _ALLOWED):
            raise template.line(node.lineno).error(
                f"{type(node).__name__} is not possible in a sentence, which only chooses words",
                "Use <% if %>, <% for %> and << fact >>",
            )
    _check_names(tree, get_type_hints(Facts), template)
    lines = list_words(template)
    check_prose(lines)
    for line in lines:
        for code in SHORTCODE.finditer(line.text):
            check_key(code, line, keys)


def _find_words(node: nodes.Node, template: Template) -> Iterator[Line]:
    if isinstance(node, nodes.TemplateData):
        lines = node.data.splitlines()
        yield from (template.line(node.lineno + n, text) for n, text in enumerate(lines))
        # A claim may go over the end of a line.
        yield template.line(node.lineno + _find_start(node.data) - 1, " ".join(node.data.split()))
    elif isinstance(node, nodes.Const):
        yield template.line(node.lineno, str(node.value))
    elif not isinstance(node, nodes.Compare):
        for child in node.iter_child_nodes():
            yield from _find_words(child, template)


def _check_names(node: nodes.Node, scope: Scope, template: Template) -> None:
    """Check that all names are facts, and that what is printed can be."""
    if isinstance(node, nodes.For):
        kind = _find_kind(node.iter, scope, template)
        if get_origin(kind) is not tuple or not isinstance(node.target, nodes.Name):
            raise template.line(node.lineno).error("this is no list", "Loop over a list of facts")
        inside = {**scope, node.target.name: get_args(kind)[0], "loop": Loop}
        for child in node.iter_child_nodes(exclude=["iter", "target"]):
            _check_names(child, inside, template)
    elif isinstance(node, nodes.Expr):
        _find_kind(node, scope, template)
    else:
        for child in node.iter_child_nodes():
            _check_names(child, scope, template)
            if isinstance(node, nodes.Output) and not isinstance(child, nodes.TemplateData):
                kind = _find_kind(child, scope, template)
                if kind not in (str, Number):
                    raise template.line(child.lineno).error(
                        "this fact is a condition and cannot be printed", "Use it in <% if %>"
                    )


def _find_kind(node: nodes.Node, scope: Scope, template: Template) -> Any:
    """Return the type of an expression.

    Raises
    ------
    DataError
        It names what is no fact, or a filter that is not there.
    """
    kinds = [_find_kind(child, scope, template) for child in node.iter_child_nodes()]
    if isinstance(node, nodes.Name):
        return _look_up(node.name, scope, node, template)
    if isinstance(node, nodes.Getattr):
        return _look_up(node.attr, _list_attributes(kinds[0]), node, template)
    if isinstance(node, nodes.Filter):
        _look_up(node.name, dict.fromkeys(FILTERS), node, template)
        return str
    if isinstance(node, nodes.Const):
        return type(node.value)
    return kinds[0] if isinstance(node, nodes.Or) else bool


def _look_up(name: str, known: Scope, node: nodes.Node, template: Template) -> Any:
    if name not in known:
        raise template.line(node.lineno).error(f"{name} is no fact", suggest_name(name, known))
    return known[name]


def _list_attributes(kind: Any) -> Scope:
    """Return what may follow a dot: fields and properties of a record, what a number knows."""
    if get_origin(kind) is UnionType:
        kind = next(each for each in get_args(kind) if each is not NoneType)
    if kind is not Number and not dataclasses.is_dataclass(kind):
        return {}
    judged = {
        name: get_type_hints(each.fget)["return"]
        for name, each in vars(kind).items()
        if isinstance(each, property) and each.fget
    }
    return {**get_type_hints(kind), **judged}
