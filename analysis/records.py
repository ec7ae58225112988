"""Read a YAML file into frozen dataclasses, naming the line of whatever is wrong."""

import dataclasses
import types
import typing
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

from analysis.errors import DataError, suggest_name

_Record = typing.TypeVar("_Record")


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
        node = yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
    except FileNotFoundError:
        raise DataError("the file is missing", file=path, hint="Restore it from git") from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        mark = getattr(error, "problem_mark", None)
        raise DataError(
            f"this is not readable YAML ({getattr(error, 'problem', None) or error})",
            file=path,
            line=mark.line + 1 if mark else None,
            hint="Correct it",
        ) from None
    if node is None:
        raise DataError("the file is empty", file=path, hint="Restore it from git")
    return _build(node, record, path, record.__name__.lower())


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
        if key.value in values:
            raise wrong(f"{key.value!r} is given twice", at=key)
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
    loader = yaml.SafeLoader("")
    try:
        value = loader.construct_object(node, deep=True)
    finally:
        loader.dispose()
    return tuple(value) if isinstance(value, list) else value
