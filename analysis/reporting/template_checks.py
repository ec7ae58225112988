"""Check the templates of report/sentences: names of facts, choices, permitted words."""

import dataclasses
from collections.abc import Collection, Iterator
from types import NoneType, UnionType
from typing import Any, get_args, get_origin, get_type_hints

from jinja2 import nodes

from analysis.errors import suggest_name
from analysis.reporting.evidence import Facts, Number
from analysis.reporting.lint import check_prose
from analysis.reporting.manuscript import SHORTCODE, Line, check_key
from analysis.reporting.templates import FILTERS, Loop, Template, find_start, parse_template

# What a template may contain: no arithmetic, calls or assignments.
_ALLOWED = (
    *(nodes.Template, nodes.Output, nodes.TemplateData, nodes.If, nodes.For),
    *(nodes.Name, nodes.Getattr, nodes.Const, nodes.Filter),
    *(nodes.Compare, nodes.Operand, nodes.And, nodes.Or, nodes.Not),
)
Scope = dict[str, Any]


def list_words(template: Template) -> list[Line]:
    """Return the words of a template, from all its branches.

    Raises
    ------
    DataError
        It is not well formed.
    """
    return list(_find_words(parse_template(template), template))


def check_template(template: Template, keys: Collection[str]) -> None:
    """Refuse a template that computes, uses an unknown name, types a number or claims too much.

    Every branch is checked, whether or not the data of this run lead to it.

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
        # A claim may span two lines.
        yield template.line(node.lineno + find_start(node.data) - 1, " ".join(node.data.split()))
    elif isinstance(node, nodes.Const):
        yield template.line(node.lineno, str(node.value))
    elif not isinstance(node, nodes.Compare):
        for child in node.iter_child_nodes():
            yield from _find_words(child, template)


def _check_names(node: nodes.Node, scope: Scope, template: Template) -> None:
    """Check that all names are facts, and that only texts and numbers are printed."""
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
        It names an unknown fact or filter.
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
    """Return what may follow a dot: the fields and properties of a record or a number."""
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
