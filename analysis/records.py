"""Read a YAML file into frozen dataclasses; errors name the line that is wrong."""

import dataclasses
import math
import re
import types
import typing
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import yaml

from analysis.errors import DataError, suggest_name

_Record = typing.TypeVar("_Record")
# More than any plan needs, and still quick to read.
_LONGEST, _DEEPEST, _MOST_DIGITS = 1_000_000, 20, 30
_UNSEEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]")
_RESOLVER = yaml.resolver.Resolver()


def load_record(path: Path, record: type[_Record]) -> _Record:
    """Read a YAML file as one dataclass.

    Parameters
    ----------
    record
        A dataclass whose field types may be ``str``, ``int``, ``float``, ``bool``,
        ``typing.Any``, ``typing.Literal``, another dataclass, ``tuple[X, ...]``,
        ``dict[str, X]`` or ``X | None``.

    Raises
    ------
    DataError
        Unreadable YAML, an unknown, repeated or missing key, a value of the wrong type.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise DataError("the file is missing", file=path, hint="Restore it from git") from None
    except UnicodeDecodeError:
        raise DataError("this is no text in UTF-8", file=path, hint="Correct it") from None
    node = _compose(text, path)
    if node is None:
        raise DataError("the file is empty", file=path, hint="Restore it from git")
    return _build(node, record, path, record.__name__.lower())


def read_yaml(text: str, *, file: str | Path) -> Any:
    """Return the content of a YAML text as plain values.

    Raises
    ------
    DataError
        It is not readable, repeats a key or spells it in two ways, uses anchors, aliases or tags,
        is nested too deep, or contains an invalid number or date; with the line.
    """
    node = _compose(text, file)
    return None if node is None else _plain(node)


def _compose(text: str, file: str | Path) -> yaml.Node | None:
    """Parse a YAML text into nodes, after checking it."""

    def wrong(problem: str, mark: Any) -> DataError:
        line = mark.line + 1 if mark else None
        return DataError(problem, file=file, line=line, hint="Correct it")

    if len(text) > _LONGEST:
        raise wrong(f"it has more than {_LONGEST} letters", None)
    try:
        depth = 0
        for event in yaml.parse(text, Loader=yaml.CSafeLoader):
            depth += isinstance(event, yaml.CollectionStartEvent)
            depth -= isinstance(event, yaml.CollectionEndEvent)
            problem = _find_problem(event, depth)
            if problem:
                raise wrong(problem, event.start_mark)
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.reader.ReaderError as error:
        mark = yaml.Mark("", 0, text.count("\n", 0, error.position), 0, "", 0)
        raise wrong("this is not readable YAML (a control character)", mark) from None
    except yaml.MarkedYAMLError as error:
        problem = f"this is not readable YAML ({error.problem})"
        raise wrong(problem, error.problem_mark) from None
    waiting = [node] if node else []
    while waiting:
        part = waiting.pop()
        if isinstance(part, yaml.SequenceNode):
            waiting += part.value
        elif isinstance(part, yaml.MappingNode):
            for key, problem in _find_wrong_keys(part):
                raise wrong(problem, key.start_mark)
            waiting += [child for _, child in part.value]
    return node


def _find_wrong_keys(mapping: yaml.MappingNode) -> Iterator[tuple[yaml.Node, str]]:
    seen: dict[str, str] = {}
    for key, _ in mapping.value:
        if not isinstance(key, yaml.ScalarNode):
            yield key, "a key is one word"
            continue
        folded = key.value.strip().casefold()
        if folded in seen:
            also = "" if seen[folded] == key.value else f", as {seen[folded]!r}"
            yield key, f"{key.value!r} is given twice{also}"
        seen[folded] = key.value


def _find_problem(event: yaml.Event, depth: int) -> str:
    """Return why a part of a YAML text is not allowed, "" if it is."""
    if depth > _DEEPEST:
        return f"it is nested more than {_DEEPEST} deep"
    if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
        return "anchors and aliases (& and *) are not used here: write it out"
    if getattr(event, "tag", None):
        return "tags (!) are not used here: write the value alone"
    return _find_wrong_scalar(event) if isinstance(event, yaml.ScalarEvent) else ""


def _find_wrong_scalar(event: yaml.ScalarEvent) -> str:
    if _UNSEEN.search(event.value):
        return "an invisible character (control or direction): remove it"
    if event.style:
        return ""
    value = event.value
    kind = _RESOLVER.resolve(yaml.ScalarNode, value, (True, False)).rpartition(":")[2]
    if kind in ("merge", "value"):
        return f"{value} has a meaning of its own in YAML: put it in quotes"
    if kind not in ("int", "float", "timestamp"):
        return ""
    if kind != "timestamp" and ":" in value:
        return f"{value!r} would be read as a number of minutes: put it in quotes"
    if kind != "timestamp" and len(value) > _MOST_DIGITS:
        return f"a number of {len(value)} digits"
    try:
        plain = _plain(yaml.ScalarNode(f"tag:yaml.org,2002:{kind}", value))
    except ValueError:
        return f"there is no {value}"
    if isinstance(plain, float) and not math.isfinite(plain):
        return f"{value} is no number that can be compared"
    return ""


def _build(node: yaml.Node, kind: Any, path: Path, name: str) -> Any:
    def wrong(problem: str, at: yaml.Node = node, hint: str = "") -> DataError:
        return DataError(problem, file=path, line=at.start_mark.line + 1, field=name, hint=hint)

    if isinstance(kind, types.UnionType):
        if _scalar(node) is None:
            return None
        kind = typing.get_args(kind)[0]
    if kind is typing.Any:
        return _plain(node)
    if typing.get_origin(kind) is typing.Literal:
        known = typing.get_args(kind)
        if _scalar(node) not in known:
            raise wrong(f"one of {', '.join(known)} is expected")
        return _scalar(node)
    if dataclasses.is_dataclass(kind):
        return _build_dataclass(node, kind, path, name, wrong)
    if typing.get_origin(kind) is tuple:
        if not isinstance(node, yaml.SequenceNode):
            raise wrong("a list is expected")
        item = typing.get_args(kind)[0]
        return tuple(_build(child, item, path, name) for child in node.value)
    if typing.get_origin(kind) is dict:
        if not isinstance(node, yaml.MappingNode):
            raise wrong("a mapping is expected")
        item = typing.get_args(kind)[1]
        return {
            key.value: _build(child, item, path, f"{name}.{key.value}") for key, child in node.value
        }
    return _build_scalar(node, kind, wrong)


def _build_scalar(node: yaml.Node, kind: Any, wrong: Callable[..., DataError]) -> Any:
    value = _scalar(node)
    if kind is float and isinstance(value, int) and not isinstance(value, bool):
        value = float(value)
    if type(value) is not kind:
        raise wrong(f"{value!r} is not of the expected type ({kind.__name__})")
    return value


def _build_dataclass(
    node: yaml.Node, kind: Any, path: Path, name: str, wrong: Callable[..., DataError]
) -> Any:
    if not isinstance(node, yaml.MappingNode):
        raise wrong("a mapping is expected")
    hints = typing.get_type_hints(kind)
    values = {}
    for key, child in node.value:
        if key.value not in hints:
            raise wrong(
                f"{key.value!r} is not known here",
                at=key,
                hint=suggest_name(key.value, hints),
            )
        values[key.value] = _build(child, hints[key.value], path, f"{name}.{key.value}")
    absent = [
        field.name
        for field in dataclasses.fields(kind)
        if field.name not in values
        and field.default is dataclasses.MISSING
        and field.default_factory is dataclasses.MISSING
    ]
    if absent:
        raise wrong(f"{', '.join(absent)} missing", hint="Add it")
    return kind(**values)


def _scalar(node: yaml.Node) -> Any:
    return _plain(node) if isinstance(node, yaml.ScalarNode) else ...


def _plain(node: yaml.Node) -> Any:
    value = yaml.constructor.SafeConstructor().construct_object(node, deep=True)
    return tuple(value) if isinstance(value, list) else value
