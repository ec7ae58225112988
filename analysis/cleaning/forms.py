"""Which forms were opened, which rows they stand in, and where a field is asked."""

import re

import pandas as pd

from analysis.cleaning.export import REDCAP
from analysis.cleaning.fields import Field
from analysis.cleaning.state import NOT_DONE, CleaningState, SourceFile, find_cells
from analysis.cleaning.structure import FORM

_TOKEN = re.compile(
    r"\s*(?:(?P<field>\[[a-z0-9_]+(?:\([^)]*\))?\])|(?P<text>'[^']*'|\"[^\"]*\")|(?P<number>-?[0-9]+(?:\.[0-9]+)?)"
    r"|(?P<sign><=|>=|<>|!=|=|<|>|\(|\))|(?P<word>and|or)\b)",
    re.IGNORECASE,
)
_COMPARE = {
    "=": "eq", "<>": "ne", "!=": "ne", "<": "lt", ">": "gt", "<=": "le", ">=": "ge",
}  # fmt: skip
# Kind and text of a piece of branching logic.
Token = tuple[str, str]


def find_form_rows(file: SourceFile, fields: dict[str, Field]) -> pd.DataFrame:
    """Say for every row and form whether the row can hold the form.

    A row of a repeating form holds that form only; a row of a visit holds every form but those
    that repeat at this visit.

    Returns
    -------
    pandas.DataFrame of bool
        Index of the file, one column per form.
    """
    repeat, visit = file.frame[FORM], file.keys["visit"]
    rows = {}
    for form in dict.fromkeys(field.form for field in fields.values()):
        at = set(visit[repeat == form])
        rows[form] = (repeat == form) | ((repeat == "") & ~visit.isin(at))
    return pd.DataFrame(rows, index=file.frame.index)


def empty_wrong_rows(state: CleaningState) -> CleaningState:
    """Set what is entered in a row of another form missing; an unticked box is no entry."""
    file, fields = state.redcap, state.fields[REDCAP]
    rows = find_form_rows(file, fields)
    findings = []
    for name, field in fields.items():
        if name != "record_id":
            nothing = ("", "0") if field.kind == "checkbox" else ("",)
            wrong = ~rows[field.form] & ~file.frame[name].isin(nothing)
            findings.append(find_cells("wrong_row", name, wrong, "", reason="pending_query"))
    return state.apply(findings)


def find_opened(file: SourceFile, fields: dict[str, Field]) -> pd.DataFrame:
    """Say for every row and form whether anybody opened the form.

    A form was opened if its status is Unverified or Complete, or if anything was entered:
    an unticked box and the status Incomplete are what REDCap exports for untouched forms.
    In a row of another form it never was.

    Returns
    -------
    pandas.DataFrame of bool
        Index of the file, one column per form.
    """
    opened: dict[str, pd.Series] = {}
    for name, field in fields.items():
        if name != "record_id":
            filled = file.raw[name] == "1" if field.kind == "checkbox" else file.raw[name] != ""
            opened[field.form] = opened.get(field.form, False) | filled
    for form, filled in opened.items():
        status = f"{form}_complete"
        if status in file.raw.columns:
            opened[form] = filled | file.raw[status].isin(["1", "2"])
    frame = pd.DataFrame(opened, index=file.raw.index)
    return frame & find_form_rows(file, fields)[frame.columns]


def empty_untouched_boxes(state: CleaningState) -> CleaningState:
    """Set the unticked boxes of forms that nobody opened missing."""
    findings = []
    for name, field in state.fields[REDCAP].items():
        if field.kind == "checkbox":
            untouched = (state.redcap.frame[name] == "0") & ~state.opened[field.form]
            findings.append(find_cells("never_opened", name, untouched, "", reason=NOT_DONE))
    return state.apply(findings)


def find_asked(file: SourceFile, fields: dict[str, Field]) -> dict[str, pd.Series]:
    """Say for every field with branching logic where it is asked.

    Fields whose logic `evaluate_branching` cannot read are left out: they count as asked.
    """
    asked = {}
    columns = {(f.place.table, f.place.column): f.name for f in fields.values()}
    for name, field in fields.items():
        if field.branching:
            where = evaluate_branching(field.branching, file.frame)
            if where is not None:
                asked[name] = where
        # What still goes on has no end.
        ongoing = columns.get((field.place.table, "ongoing"))
        if field.place.column == "end_date" and ongoing:
            asked[name] = file.frame[ongoing] != "1"
    return asked


def evaluate_branching(logic: str, frame: pd.DataFrame) -> pd.Series | None:
    """Say for every row whether a field is asked.

    Parameters
    ----------
    logic
        REDCap's: comparisons of fields of the same row with constants, joined by and, or and
        brackets, as ``[eligible] = '0'``. A checkbox is ``[organ(1)]``.
    frame
        The cells of the export.

    Returns
    -------
    pandas.Series of bool, or None
        None where the logic asks for more than that (another event, a function).
    """
    try:
        tokens = _split(logic)
        asked, rest = _either(tokens, frame)
    except (ValueError, KeyError, IndexError):
        return None
    return None if rest else asked


def _split(logic: str) -> list[Token]:
    tokens, at = [], 0
    while logic[at:].strip():
        token = _TOKEN.match(logic, at)
        if token is None:
            raise ValueError(logic)
        kind = str(token.lastgroup)
        tokens.append((kind, token[kind]))
        at = token.end()
    return tokens


def _either(tokens: list[Token], frame: pd.DataFrame) -> tuple[pd.Series, list[Token]]:
    left, rest = _both(tokens, frame)
    while rest and rest[0][1].casefold() == "or":
        right, rest = _both(rest[1:], frame)
        left = left | right
    return left, rest


def _both(tokens: list[Token], frame: pd.DataFrame) -> tuple[pd.Series, list[Token]]:
    left, rest = _one(tokens, frame)
    while rest and rest[0][1].casefold() == "and":
        right, rest = _one(rest[1:], frame)
        left = left & right
    return left, rest


def _one(tokens: list[Token], frame: pd.DataFrame) -> tuple[pd.Series, list[Token]]:
    if tokens[0][1] == "(":
        inner, rest = _either(tokens[1:], frame)
        if rest[0][1] != ")":
            raise ValueError("a bracket is open")
        return inner, rest[1:]
    (kind, field), (_, sign), (other, constant), *rest = tokens
    if kind != "field" or other not in ("text", "number"):
        raise ValueError(field)
    return _compare(frame[_name_column(field)], sign, constant.strip("'\"")), rest


def _name_column(field: str) -> str:
    name, _, code = field.strip("[])").partition("(")
    return f"{name}___{code}" if code else name


def _compare(column: pd.Series, sign: str, constant: str) -> pd.Series:
    if sign in ("=", "<>", "!="):
        return getattr(column, _COMPARE[sign])(constant)
    number = pd.to_numeric(column, errors="coerce")
    return getattr(number, _COMPARE[sign])(float(constant))
