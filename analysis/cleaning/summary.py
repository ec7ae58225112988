"""Count what the cleaning found, and show it without harm."""

import pandas as pd

from analysis.cleaning.rules import RULES
from analysis.tables import guard_cell

LONGEST = 200
SEVERITIES = ("error", "warning", "note", "")


def summarise_rules(queries, changes):
    """Count queries and changes by rule.

    Returns
    -------
    pandas.DataFrame
        `rule, severity, action, queries, changes`: the rules that found something, the
        gravest first, then in the order of `rules.RULES`.
    """
    asked = queries["rule"].value_counts()
    changed = changes["rule"].str.split(";").explode().value_counts()
    rows = [
        (rule.id, rule.severity, rule.action, asked.get(rule.id, 0), changed.get(rule.id, 0))
        for severity in SEVERITIES
        for rule in RULES.values()
        if rule.severity == severity and (rule.id in asked or rule.id in changed)
    ]
    return pd.DataFrame(rows, columns=["rule", "severity", "action", "queries", "changes"])


def count_by_form(queries):
    """Count queries by form (or file) and severity."""
    form = (
        queries["form"]
        .str.replace(r"[#~].*$", "", regex=True)
        .where(queries["form"] != "", "whole visit")
    )
    counts = queries.groupby([form, "severity"]).size().unstack(fill_value=0)
    return counts.reindex(columns=list(SEVERITIES[:3]), fill_value=0)


def show_cells(frame):
    """Return a frame for reading: every text inert (`analysis.tables.guard_cell`) and short.

    A shortcode of Quarto is taken apart, since a page that shows the frame may be rendered by it.
    """
    texts = frame.select_dtypes(include=["str", "object"]).columns
    return frame.assign(**{name: frame[name].map(show_cell) for name in texts})


def show_cell(text):
    """Return one text, inert and at most `LONGEST` characters long."""
    shown = guard_cell(text[:LONGEST]).replace("\n", "\N{DOWNWARDS ARROW WITH CORNER LEFTWARDS}")
    shown = shown.replace("{{", "{ {")
    return (
        shown + f"\N{HORIZONTAL ELLIPSIS} ({len(text)} characters)"
        if len(text) > LONGEST
        else shown
    )


def sort_queries(queries):
    """Return the queries with the gravest first, then by participant, visit, form and field."""
    order = queries["severity"].map({name: place for place, name in enumerate(SEVERITIES)})
    ordered = queries.assign(order=order).sort_values(
        ["order", "participant_id", "visit", "form", "field", "rule"], kind="stable"
    )
    return ordered.drop(columns="order").reset_index(drop=True)
