"""A trail as text for a terminal."""

import textwrap

import pandas as pd

TOLD = ("value", "unit", "n", "method", "warning", "population", "variant", "visit", "group")
WIDTH = 100
WIDEST = 46
HIDDEN = {
    "pairs": ("outcome", "variant", "component", "visit"),
    "scores": ("outcome", "variant", "component"),
    "items": ("source", "instrument"),
}
ABOUT = {
    "pairs": "The changes that enter it.",
    "scores": "The scores of both visits, missing ones with their reason.",
    "items": "The items behind the scores, each beside the cell it came from.",
    "raw cells": "The cells that the rows came from; a derived column has none of its own.",
    "changes": "Cells among them that are not as they came.",
    "queries": "What the site was asked about those.",
}


def format_trail(trail):
    """Return a trail as lines of text: the result, then step by step to the raw cells."""
    result = trail.result
    lines = [result["result_id"], f"  {'text':<11} {result['text']}"]
    for name in TOLD:
        value = result[name]
        if not pd.isna(value) and value != "":
            told = f"{value:.12g}" if name == "value" else str(value)
            lines += _wrap(name, told)
    lines += _wrap("data", result["data_origin"].upper())
    lines += _wrap("notebook", f"report/notebooks/{result['notebook']}.ipynb")
    if not trail.steps:
        lines += _wrap("made from", "no participant: simulated beforehand, see the notebook")
    for step in trail.steps:
        count = f"{len(step.rows)} row" + ("s" if len(step.rows) != 1 else "")
        title = step.title.replace("_", " ").capitalize()
        lines += [
            "",
            f"{title} ({count}). {ABOUT.get(step.title, 'The rows that it is made from.')}",
        ]
        if len(step.rows):
            lines.append(textwrap.indent(format_rows(step), "  "))
    return "\n".join(lines)


def format_rows(step):
    """Return the rows of a step as aligned text, without columns that are all empty."""
    rows = step.rows.drop(columns=[*HIDDEN.get(step.title, ())], errors="ignore")
    texts = pd.DataFrame({name: rows[name].map(_print_cell) for name in rows.columns})
    filled = [name for name in texts.columns if name == "raw_value" or (texts[name] != "").any()]
    return texts[filled].to_string(index=False, justify="left")


def _print_cell(value):
    if pd.isna(value):
        return ""
    if isinstance(value, float):
        return f"{value:.6g}".replace("-", "\N{MINUS SIGN}")
    text = " ".join(str(value).split())
    return text if len(text) <= WIDEST else text[: WIDEST - 1] + "…"


def _wrap(name, text):
    return textwrap.wrap(text, WIDTH, initial_indent=f"  {name:<11} ", subsequent_indent=" " * 14)
