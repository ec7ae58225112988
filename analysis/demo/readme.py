"""The README of an export: what it is, what was planted, how to replace it."""

from pathlib import Path

import pandas as pd

from analysis.demo.planter import REDCAP

_COLUMNS = ["fault", "file", "row", "field", "raw_value", "true_value", "kind", "expected"]
SUMMARY = ["fault", "kind", "file", "row", "field", "raw_value", "true_value", "expected", "note"]

# The text of an export without faults ends where this begins.
FAULTS = "\n## Planted faults\n"
TEMPLATE = Path(__file__).with_name("readme.md")


def format_readme(
    tables: dict[str, pd.DataFrame], provenance: dict[str, object], faults: pd.DataFrame
) -> str:
    """Return the README of an export, with a table of its faults if it has any."""
    words = str(provenance["software"]).replace(",", "").split()
    ids = tables[REDCAP]["record_id"].astype("str")
    text = TEMPLATE.read_text(encoding="utf-8")
    if not len(faults):
        text = text.partition(FAULTS)[0]
    return text.format(
        software=words[0],
        seed=words[2],
        participants=words[3],
        faults=words[6],
        screened=ids[ids.str.startswith("SIM-S")].iloc[0],
        count=faults["fault"].nunique() if len(faults) else 0,
        table=_summarise(faults) if len(faults) else "",
        cells=faults.reindex(columns=_COLUMNS).to_csv(index=False, lineterminator="\n"),
    )


def _summarise(faults: pd.DataFrame) -> str:
    """Return a Markdown table with a line per fault and row; further cells are counted."""
    lines = [SUMMARY, ["---"] * len(SUMMARY)]
    for _, cells in faults.groupby(["fault", "file", "row"], sort=False):
        first = cells.iloc[0]
        more = f" and {len(cells) - 1} more" if len(cells) > 1 else ""
        shown = [first["fault"], first["kind"], first["file"], _code(first["row"])]
        shown += [_code(first["field"]) + more, _code(first["raw_value"])]
        lines.append([*shown, _code(first["true_value"]), first["expected"], first["note"]])
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _code(text: str) -> str:
    escaped = text.replace("|", "\\|")
    return f"`{escaped}`" if escaped else ""
