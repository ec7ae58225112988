"""How the files of an export are written, as its provenance.yml states it."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from analysis.errors import DataError
from analysis.records import read_yaml

DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
_EXAMPLES = {"encoding": "cp949", "delimiter": '";"', "decimal": '","'}


@dataclass(frozen=True)
class FileFormat:
    """How a file is written; an empty encoding is to be found out, where the bytes prove it."""

    encoding: str = ""
    delimiter: str = ","
    decimal: str = "."


def parse_formats(text: str, *, file: str | Path = "provenance.yml") -> dict[str, FileFormat]:
    """Return what provenance.yml states under `encoding`, `delimiter` and `decimal`, by file name.

    Raises
    ------
    DataError
        No readable YAML, no mapping of file names, an unknown encoding, or a character that
        separates nothing.
    """
    written = read_yaml(text, file=file)
    stated: dict[str, dict[str, str]] = {}
    for key, is_known in _KNOWN.items():
        for name, value in _list_stated(written, key, file).items():
            if not is_known(value):
                raise _wrong(f"{value!r} is no {key} for {name}", key, file)
            stated.setdefault(name, {})[key] = value
    return {name: FileFormat(**values) for name, values in stated.items()}


def _list_stated(written: Any, key: str, file: str | Path) -> dict[str, str]:
    given = written.get(key) if isinstance(written, dict) else None
    if given is None:
        return {}
    if not isinstance(given, dict):
        raise _wrong(f"{key} names no files", key, file)
    return {str(name): str(value) for name, value in given.items()}


def _is_encoding(name: str) -> bool:
    try:
        b"a".decode(name)
    except (LookupError, UnicodeError):
        return name.casefold().replace("_", "-").startswith("utf-16")
    return True


_KNOWN: dict[str, Callable[[str], bool]] = {
    "encoding": _is_encoding,
    "delimiter": lambda sign: sign in DELIMITERS,
    "decimal": lambda sign: sign in (".", ","),
}


def _wrong(problem: str, key: str, file: str | Path) -> DataError:
    example = f"`{key}: {{redcap_export.csv: {_EXAMPLES[key]}}}`"
    return DataError(problem, file=file, field=key, hint=f"Write it for each file, as {example}")
