"""REDCap's branching logic: when a field is asked."""

import re

import pandas as pd

_TOKEN = re.compile(
    r"\s*(?:(?P<field>\[[a-z0-9_]+(?:\([^)]*\))?\])|(?P<text>'[^']*'|\"[^\"]*\")|(?P<number>-?[0-9]+(?:\.[0-9]+)?)"
    r"|(?P<sign><=|>=|<>|!=|=|<|>|\(|\))|(?P<word>and|or)\b)",
    re.IGNORECASE,
)
_COMPARE = {
    "=": "eq", "<>": "ne", "!=": "ne", "<": "lt", ">": "gt", "<=": "le", ">=": "ge",
}  # fmt: skip


def evaluate_branching(logic, frame):
    """Say for every row whether a field is asked.

    Parameters
    ----------
    logic : str
        Comparisons of fields of the same row with constants, joined by and, or and brackets,
        as ``[eligible] = '0'``. A checkbox is ``[organ(1)]``.
    frame : pandas.DataFrame
        The cells of the export.

    Returns
    -------
    pandas.Series of bool, or None
        None where the logic asks for more than this module reads (another event, a function).
    """
    try:
        tokens = _split(logic)
        asked, rest = _either(tokens, frame)
    except (ValueError, KeyError, IndexError):
        return None
    return None if rest else asked


def _split(logic):
    tokens, at = [], 0
    while logic[at:].strip():
        told = _TOKEN.match(logic, at)
        if told is None:
            raise ValueError(logic)
        tokens.append((told.lastgroup, told[told.lastgroup]))
        at = told.end()
    return tokens


def _either(tokens, frame):
    left, rest = _both(tokens, frame)
    while rest and rest[0][1].casefold() == "or":
        right, rest = _both(rest[1:], frame)
        left = left | right
    return left, rest


def _both(tokens, frame):
    left, rest = _one(tokens, frame)
    while rest and rest[0][1].casefold() == "and":
        right, rest = _one(rest[1:], frame)
        left = left & right
    return left, rest


def _one(tokens, frame):
    if tokens[0][1] == "(":
        inner, rest = _either(tokens[1:], frame)
        if rest[0][1] != ")":
            raise ValueError("a bracket is open")
        return inner, rest[1:]
    (kind, field), (_, sign), (other, constant), *rest = tokens
    if kind != "field" or other not in ("text", "number"):
        raise ValueError(field)
    return _compare(frame[_column(field)], sign, constant.strip("'\"")), rest


def _column(field):
    name, _, code = field.strip("[])").partition("(")
    return f"{name}___{code}" if code else name


def _compare(column, sign, constant):
    if sign in ("=", "<>", "!="):
        return getattr(column, _COMPARE[sign])(constant)
    number = pd.to_numeric(column, errors="coerce")
    return getattr(number, _COMPARE[sign])(float(constant))
