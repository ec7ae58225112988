"""REDCap's branching logic and calculations, computed for every row of an export."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from analysis.cleaning.export import REDCAP
from analysis.cleaning.state import CleaningState, Finding, find_cells

_TOKEN = re.compile(
    r"\s*(?:(?P<field>\[[a-z0-9_]+(?:\([^)]*\))?\])|(?P<text>'[^']*'|\"[^\"]*\")"
    r"|(?P<number>[0-9]+(?:\.[0-9]*)?|\.[0-9]+)|(?P<sign><=|>=|<>|!=|[=<>()+*/^,-])"
    r"|(?P<word>[a-z_]+))",
    re.IGNORECASE,
)
_LEVELS = (
    ("or",),
    ("and",),
    ("=", "<>", "!=", "<", ">", "<=", ">="),
    ("+", "-"),
    ("*", "/"),
    ("^",),
)
_DAYS = {"d": 1.0, "M": 30.44, "y": 365.2425}


@dataclass(frozen=True)
class Token:
    """A piece of logic: field, text, number, sign or word."""

    kind: str
    text: str


def split_logic(logic: str) -> list[Token]:
    """Return the pieces of logic.

    Raises
    ------
    ValueError
        It holds something else (another event, a smart variable).
    """
    tokens, at = [], 0
    while logic[at:].strip():
        match = _TOKEN.match(logic, at)
        if match is None:
            raise ValueError(logic)
        kind = str(match.lastgroup)
        tokens.append(Token(kind, match[kind].casefold() if kind == "word" else match[kind]))
        at = match.end()
    return tokens


def list_inputs(logic: str) -> list[str]:
    """Return the columns that logic refers to; none where it cannot be read."""
    try:
        return [name_column(token.text) for token in split_logic(logic) if token.kind == "field"]
    except ValueError:
        return []


def name_column(field: str) -> str:
    """Return the column of a field as logic names it: ``[organ(-9)]`` is ``organ____9``."""
    name, _, code = field.strip("[]").casefold().partition("(")
    return name_box(name, code.removesuffix(")")) if code else name


def name_box(field: str, code: str) -> str:
    """Return the column of one choice of a checkbox, as REDCap writes codes in names."""
    return f"{field}___{re.sub('[^0-9a-z]', '_', code.strip().casefold())}"


def evaluate_branching(logic: str, frame: pd.DataFrame) -> pd.Series | None:
    """Return for every row whether a field is asked.

    Parameters
    ----------
    logic
        REDCap's: comparisons of fields of the same row, joined by and, or and brackets, as
        ``[eligible] = '0'``. A checkbox is ``[organ(1)]``.
    frame
        The cells of the export.

    Returns
    -------
    pandas.Series of bool, or None
        None where the logic asks for more than that (another event, an unknown function).
    """
    found = _evaluate(logic, frame)
    return None if found is None else _as_truth(found)


def evaluate_calculation(logic: str, frame: pd.DataFrame) -> pd.Series | None:
    """Return for every row what a calculated field should hold as text or number, "" for nothing.

    None stands for a calculation that asks for more than the fields of the row.
    """
    found = _evaluate(logic, frame)
    if found is None or found.dtype == bool:
        return None
    return found.astype("object").where(found.notna(), "")


def _evaluate(logic: str, frame: pd.DataFrame) -> pd.Series | None:
    try:
        parser = _Parser(split_logic(logic), frame)
        found = parser.read_level(0)
    except (ValueError, KeyError, IndexError, TypeError):
        return None
    return None if parser.tokens else found


class _Parser:
    """Reads tokens from the left, level by level; a value is a series of texts or numbers."""

    def __init__(self, tokens: list[Token], frame: pd.DataFrame) -> None:
        self.tokens, self.frame = list(tokens), frame

    def read_level(self, level: int) -> pd.Series:
        if level == len(_LEVELS):
            return self._read_value()
        left = self.read_level(level + 1)
        while self.tokens and self.tokens[0].text in _LEVELS[level]:
            if self.tokens[0].kind not in ("sign", "word"):
                break
            sign = self.tokens.pop(0).text
            left = _combine(sign, left, self.read_level(level + 1))
        return left

    def _read_value(self) -> pd.Series:
        token = self.tokens.pop(0)
        if token.text == "-" and token.kind == "sign":
            return -_as_number(self._read_value())
        if token.text == "(" and token.kind == "sign":
            return self._close(self.read_level(0))
        if token.kind == "field":
            return self.frame[name_column(token.text)].astype("object")
        if token.kind == "word":
            return self._call(token.text)
        if token.kind == "number":
            return pd.Series(float(token.text), index=self.frame.index)
        if token.kind == "text":
            return pd.Series(token.text[1:-1], index=self.frame.index, dtype="object")
        raise ValueError(token.text)

    def _call(self, name: str) -> pd.Series:
        if self.tokens.pop(0).text != "(":
            raise ValueError(name)
        given = [self.read_level(0)]
        while self.tokens[0].text == ",":
            self.tokens.pop(0)
            given.append(self.read_level(0))
        return self._close(_FUNCTIONS[name](*given))

    def _close(self, value: pd.Series) -> pd.Series:
        if self.tokens.pop(0).text != ")":
            raise ValueError("a bracket is open")
        return value


def _combine(sign: str, left: pd.Series, right: pd.Series) -> pd.Series:
    if sign in ("and", "or"):
        one, other = _as_truth(left), _as_truth(right)
        return one & other if sign == "and" else one | other
    if sign in ("=", "<>", "!="):
        return _is_equal(left, right) ^ (sign != "=")
    one, other = _as_number(left), _as_number(right)
    if sign in ("<", ">", "<=", ">="):
        dated = _is_date(left) & _is_date(right)
        compare = {"<": "lt", ">": "gt", "<=": "le", ">=": "ge"}[sign]
        numbers = getattr(one, compare)(other)
        if not dated.any():
            return numbers
        return numbers.mask(dated, getattr(left.where(dated, ""), compare)(right.where(dated, "")))
    arithmetic: dict[str, Callable[[Any, Any], Any]] = {
        "+": np.add, "-": np.subtract, "*": np.multiply, "/": np.divide, "^": np.power,
    }  # fmt: skip
    with np.errstate(divide="ignore", invalid="ignore"):
        result = pd.Series(arithmetic[sign](one, other), index=one.index)
    return result.where(np.isfinite(result))


def _is_equal(left: pd.Series, right: pd.Series) -> pd.Series:
    one, other = _as_number(left), _as_number(right)
    both = one.notna() & other.notna()
    return (both & (one == other)) | (~both & (left.astype("str") == right.astype("str")))


def _is_date(values: pd.Series) -> pd.Series:
    return values.astype("str").str.match(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def _as_number(values: pd.Series) -> pd.Series:
    return pd.to_numeric(values, errors="coerce").astype("float64")


def _as_truth(values: pd.Series) -> pd.Series:
    return values if values.dtype == bool else _as_number(values).fillna(0).ne(0)


def _over(method: str, **options: Any) -> Callable[..., pd.Series]:
    """Return a function over its filled arguments, as REDCap leaves blanks out."""

    def compute(*given: pd.Series) -> pd.Series:
        numbers = pd.concat([_as_number(each) for each in given], axis=1)
        return getattr(numbers, method)(axis=1, **options)

    return compute


def _round(values: pd.Series, places: pd.Series | None = None) -> pd.Series:
    factor = 10.0 ** (0 if places is None else _as_number(places))
    number = _as_number(values) * factor
    return np.sign(number) * np.floor(number.abs() + 0.5 + 1e-9) / factor


def _choose(condition: pd.Series, yes: pd.Series, no: pd.Series) -> pd.Series:
    return yes.astype("object").where(_as_truth(condition), no.astype("object"))


def _count_between(start: pd.Series, end: pd.Series, unit: pd.Series, *_: pd.Series) -> pd.Series:
    """Return the time between two dates, never negative, as datediff does by default."""
    days = (
        pd.to_datetime(each.astype("str").str.slice(0, 10), format="%Y-%m-%d", errors="coerce")
        for each in (start, end)
    )
    first, last = days
    return (last - first).dt.days.abs() / _DAYS[unit.iloc[0]]


_FUNCTIONS: dict[str, Callable[..., pd.Series]] = {
    "sum": _over("sum", min_count=1),
    "mean": _over("mean"),
    "min": _over("min"),
    "max": _over("max"),
    "median": _over("median"),
    "round": _round,
    "abs": lambda values: _as_number(values).abs(),
    "sqrt": lambda values: np.sqrt(_as_number(values)),
    "if": _choose,
    "datediff": _count_between,
    "isblankormissingcode": lambda values: values.astype("str") == "",
}


def find_calculations(state: CleaningState) -> Iterator[Finding]:
    """Calculated fields that differ from what their inputs give; REDCap may have them stale.

    Only rows that hold the forms of all inputs are looked at.
    """
    fields = state.fields[REDCAP]
    for name, field in fields.items():
        inputs = [column for column in list_inputs(field.formula) if column in fields]
        # The check of recorded totals asks about those.
        if not inputs or field.place.item == "recorded_total":
            continue
        computed = evaluate_calculation(field.formula, state.cells)
        if computed is None:
            continue
        held, whole = state.cells[name], (state.cells[inputs] != "").all(axis=1)
        compared = held.where((held != "") & whole & (computed != ""), "")
        differs = (compared != "") & ~_is_same(compared, computed)
        shown = computed.map(lambda value: value if isinstance(value, str) else f"{value:.6g}")
        detail = "They give " + shown.astype("str") + "."
        yield find_cells("calculation_differs", name, differs, detail=detail)


def _is_same(held: pd.Series, computed: pd.Series) -> pd.Series:
    """Return which texts equal what was computed, as far as their decimals go."""
    decimals = held.str.extract(r"\.([0-9]*)$")[0].str.len().fillna(0)
    gap = pd.to_numeric(held, errors="coerce") - pd.to_numeric(computed, errors="coerce")
    return (gap.abs() <= 0.5 * 10.0**-decimals + 1e-9) | (held == computed.astype("str"))


def find_totals(state: CleaningState) -> Iterator[Finding]:
    """Recorded totals that their items cannot add up to, whatever the missing ones are."""
    for field in state.fields[REDCAP].values():
        if field.place.item != "recorded_total":
            continue
        parts = [part for part in state.list_items(field.place.instrument) if part is not field]
        if not parts:
            continue
        total = state.convert_numbers([field])[field.name]
        numbers = state.convert_numbers(parts)
        items = numbers.sum(axis=1)
        most = pd.Series({part.name: part.ends[1] for part in parts})
        # A form without any item has its total only.
        open_ = (numbers.isna() * most).sum(axis=1).where(numbers.notna().any(axis=1), float("inf"))
        differs = total.notna() & ((total < items) | (total > items + open_))
        detail = "The items that are there add up to " + items.map("{:g}".format) + "."
        whole = "The items add up to " + items.map("{:g}".format) + "."
        detail = detail.where(numbers.isna().any(axis=1), whole)
        yield find_cells("total_differs", field.name, differs, detail=detail)
