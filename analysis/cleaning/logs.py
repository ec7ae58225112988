"""The query log and the change log: the questions to the site, and every changed cell."""

import hashlib
from collections.abc import Sequence

import numpy as np
import pandas as pd

from analysis.cleaning.export import Origins
from analysis.cleaning.rules import CLEANING_RULES
from analysis.cleaning.state import CleaningState, SourceFile
from analysis.tables import guard_cell

QUERY_KEY = ("participant_id", "visit", "form", "field", "rule", "raw_value")
SEVERITY_ORDER = ("error", "warning", "note", "")
LONGEST_SHOWN = 200
_SILENT = {rule.id for rule in CLEANING_RULES.values() if not rule.severity}
_KEEPS = {rule.id for rule in CLEANING_RULES.values() if rule.action == "kept"}


def build_query_log(state: CleaningState, others: list[pd.DataFrame]) -> pd.DataFrame:
    """Return the table of queries; equal questions are asked once.

    `others` are questions that belong to no row, as `make_questions` returns them.
    """
    others = [part.assign(cells="", query_id=hash_queries(part)) for part in others]
    asked = pd.concat([_list_questions(state), *others], ignore_index=True)
    rules = asked["rule"].map(CLEANING_RULES)
    asked = asked.assign(
        severity=rules.map(lambda rule: rule.severity),
        action=rules.map(lambda rule: rule.action),
        message=(rules.map(lambda rule: rule.sentence) + " " + asked["detail"]).str.strip(),
    )
    columns = [*QUERY_KEY, "query_id", "severity", "message", "action", "cells"]
    return asked.drop_duplicates("query_id")[columns]


def list_asked_cells(state: CleaningState) -> pd.DataFrame:
    """Return the cells of every query: `query_id, source, row, field`; "" is the whole row."""
    asked = _list_questions(state).drop(columns="field").rename(columns={"asked_field": "field"})
    return asked[["query_id", "source", "row", "field"]].drop_duplicates(ignore_index=True)


def make_questions(rule: str, rows: pd.DataFrame) -> pd.DataFrame:
    """Return questions that belong to no row of the export; what is not given is empty."""
    columns = [*QUERY_KEY, "detail"]
    return rows.assign(rule=rule).reindex(columns=columns, fill_value="").astype("object")


def hash_queries(asked: pd.DataFrame, names: Sequence[str] = QUERY_KEY) -> pd.Series:
    """Return the id of every query: 12 hexadecimal digits of a hash of what it asks about."""
    joined = asked[names[0]].str.cat(asked[list(names[1:])], sep="\x1f")
    return joined.map(lambda text: hashlib.sha256(text.encode()).hexdigest()[:12])


def _list_questions(state: CleaningState) -> pd.DataFrame:
    """Return every cell that is asked about, with the id and the `cells` of its question.

    A question of several cells takes field and raw value of the first of them in sorted order,
    and its id covers all of them.
    """
    parts = [_locate_entries(state, source).assign(source=source) for source in state.files]
    asked = pd.concat(parts, ignore_index=True)
    # A heading or a sum holds no participant's value.
    summary = asked.loc[asked["rule"] == "summary_row", "row"]
    nobody = asked["row"].isin(summary) & asked["rule"].ne("summary_row")
    asked = asked[~asked["rule"].isin(_SILENT) & ~nobody]
    asked = asked.assign(cells=asked["row"] + ":" + asked["field"], query_id=hash_queries(asked))
    grouped = asked[asked["group"] != ""].sort_values(["source", "row", "field"], kind="stable")
    for _, part in grouped.groupby(["rule", "group"]):
        every = part.index
        part = part.drop_duplicates(["source", "row", "field"])
        first = part.iloc[[0]].assign(cells=";".join(part["cells"]))
        names = [*QUERY_KEY, "cells"] if len(part) > 1 else list(QUERY_KEY)
        asked.loc[every, [*QUERY_KEY, "cells"]] = first[[*QUERY_KEY, "cells"]].to_numpy()
        asked.loc[every, "query_id"] = hash_queries(first, names).iloc[0]
    return asked


def build_change_log(state: CleaningState) -> pd.DataFrame:
    """Return the table of changes: every cell that differs from the raw one, and rows set aside."""
    parts = []
    questions = _list_questions(state)
    for source, file in state.files.items():
        changed = pd.concat([_list_changed_cells(file), _list_rows_aside(file)], ignore_index=True)
        asked = questions[questions["source"] == source]
        asked = asked.assign(field=asked["asked_field"])
        asked = asked.drop_duplicates(["row", "field"], keep="last")
        changed = changed.merge(
            asked[["row", "field", "query_id"]], on=["row", "field"], how="left"
        )
        parts.append(changed.assign(source=source))
    return pd.concat(parts, ignore_index=True).fillna("")


def _list_changed_cells(file: SourceFile) -> pd.DataFrame:
    changed = _list_differing_cells(file.raw.drop(file.aside), file.kept)
    entries = file.list_entries()
    entries = entries[~entries["rule"].isin(_KEEPS) & (entries["field"] != "")]
    entries = entries.groupby(["row", "field"]).agg({"rule": ";".join, "reason": "last"})
    changed = changed.merge(entries.reset_index(), on=["row", "field"], how="left")
    reason = changed["reason"].where(changed["clean_value"] == "", "")
    return changed.drop(columns="reason").assign(missing_reason=reason)


def _list_differing_cells(raw: pd.DataFrame, frame: pd.DataFrame) -> pd.DataFrame:
    """Return the cells that differ between two frames of one shape: `row, field`, old and new."""
    columns = ("row", "field", "raw_value", "clean_value")
    parts = [pd.DataFrame({name: [] for name in columns}, dtype="object")]
    for name in raw.columns:
        differs = (raw[name] != frame[name]).to_numpy()
        if differs.any():
            values = (frame_[name].to_numpy()[differs] for frame_ in (raw, frame))
            cells = dict(zip(columns, (raw.index[differs], name, *values), strict=True))
            parts.append(pd.DataFrame(cells, dtype="object"))
    return pd.concat(parts, ignore_index=True)


def _list_rows_aside(file: SourceFile) -> pd.DataFrame:
    entries = file.list_entries()
    entries = entries[(entries["field"] == "") & entries["row"].isin(file.aside)]
    rules = entries.groupby("row")["rule"].agg(";".join).reset_index()
    return rules.assign(field="", raw_value="", clean_value="", missing_reason="")


def _locate_entries(state: CleaningState, source: str) -> pd.DataFrame:
    """Put participant, visit, form and raw value beside everything that was found in a file."""
    file, fields = state.files[source], state.fields[source]
    entries = file.list_entries()
    keys = file.keys.loc[entries["row"]]
    forms = {name: field.form for name, field in fields.items()}
    forms |= {f"{form}_complete": form for form in set(forms.values())}
    form = entries["field"].map(forms).fillna("")
    within = keys["form"].reset_index(drop=True)
    instance = within.str.extract(r"([#~].*)$")[0].fillna("")
    named = pd.Series(np.where(form == "", within, form + instance), dtype="object")
    in_file = within.str.contains(".csv#", regex=False)
    raw = pd.Series("", index=entries.index, dtype="object")
    for name, part in entries[entries["field"] != ""].groupby("field"):
        raw.loc[part.index] = file.raw[str(name)].loc[part["row"]].to_numpy()
    return pd.DataFrame(
        {
            "participant_id": keys["participant"].to_numpy(),
            "visit": keys["visit"].to_numpy(),
            "form": named.where(~in_file, within).to_numpy(),
            "field": entries["field"].to_numpy(),
            "rule": entries["rule"].to_numpy(),
            "raw_value": raw.to_numpy(),
            "detail": entries["detail"].to_numpy(),
            "row": entries["row"].to_numpy(),
            "asked_field": entries["field"].to_numpy(),
            "group": entries["group"].to_numpy(),
        },
        dtype="object",
    )


def summarise_rules(queries: pd.DataFrame, changes: pd.DataFrame) -> pd.DataFrame:
    """Count queries and changes by rule.

    Returns
    -------
    pandas.DataFrame
        `rule, severity, action, queries, changes`: the rules that found something, the
        gravest first, then in the order of `rules.CLEANING_RULES`.
    """
    asked = queries["rule"].value_counts()
    changed = changes["rule"].str.split(";").explode().value_counts()
    rows = [
        (rule.id, rule.severity, rule.action, asked.get(rule.id, 0), changed.get(rule.id, 0))
        for severity in SEVERITY_ORDER
        for rule in CLEANING_RULES.values()
        if rule.severity == severity and (rule.id in asked or rule.id in changed)
    ]
    return pd.DataFrame(rows, columns=["rule", "severity", "action", "queries", "changes"])


def count_by_form(queries: pd.DataFrame) -> pd.DataFrame:
    """Count queries by form (or file) and severity."""
    form = queries["form"].str.replace(r"[#~].*$", "", regex=True)
    form = form.where(queries["form"] != "", "whole visit")
    counts = queries.groupby([form, "severity"]).size().unstack(fill_value=0)
    return counts.reindex(columns=list(SEVERITY_ORDER[:3]), fill_value=0)


def count_answers(queries: pd.DataFrame) -> str:
    """Return how many queries there are, and how many of them are answered, in words."""
    answered = int((queries["answer"] != "").sum())
    return f"{len(queries)} queries" + (f" ({answered} answered)" if answered else "")


def sort_queries(queries: pd.DataFrame) -> pd.DataFrame:
    """Return the queries with the gravest first, then by participant, visit, form and field."""
    order = queries["severity"].map({name: place for place, name in enumerate(SEVERITY_ORDER)})
    ordered = queries.assign(order=order).sort_values(
        ["order", "participant_id", "visit", "form", "field", "rule"], kind="stable"
    )
    return ordered.drop(columns="order").reset_index(drop=True)


def show_cells(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a frame for reading: every text inert (`analysis.tables.guard_cell`) and short.

    A shortcode of Quarto is taken apart, since a page that shows the frame may be rendered by it.
    """
    texts = frame.select_dtypes(include=["str", "object"]).columns
    return frame.assign(**{name: frame[name].map(show_cell) for name in texts})


def show_cell(text: str) -> str:
    """Return one text, inert and at most `LONGEST_SHOWN` characters long."""
    shown = guard_cell(text[:LONGEST_SHOWN])
    shown = shown.replace("\n", "\N{DOWNWARDS ARROW WITH CORNER LEFTWARDS}").replace("{{", "{ {")
    if len(text) <= LONGEST_SHOWN:
        return shown
    return shown + f"\N{HORIZONTAL ELLIPSIS} ({len(text)} characters)"


def show_origins(log: pd.DataFrame, origins: Origins) -> pd.DataFrame:
    """Name the fields of a log as the export does; rows have a `visit`, or hold it in `row`."""
    if "cells" in log:
        log = log.assign(cells=[_show_cells(cells, origins) for cells in log["cells"]])
    return _rename_fields(log, origins)


def hide_origins(log: pd.DataFrame, origins: Origins) -> pd.DataFrame:
    """Undo `show_origins`: name the columns of a log again."""
    return _rename_fields(log, {(visit, name): head for (visit, head), name in origins.items()})


def _rename_fields(log: pd.DataFrame, names: Origins) -> pd.DataFrame:
    if not names:
        return log
    visits = log["visit"] if "visit" in log else log["row"].map(_read_visit)
    pairs = zip(visits, log["field"], strict=True)
    return log.assign(field=[names.get(pair, pair[1]) for pair in pairs])


def _read_visit(row: str) -> str:
    return [*row.split("|"), ""][1]


def _show_cells(cells: str, origins: Origins) -> str:
    """Return the cells of a question (``row:field;row:field``) with the fields of the export."""
    places = [cell.rpartition(":") for cell in cells.split(";")]
    return ";".join(
        f"{row}{colon}{origins.get((_read_visit(row), field), field)}"
        for row, colon, field in places
    )
