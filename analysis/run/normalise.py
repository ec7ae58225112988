"""Remove from an executed notebook everything specific to one run on one machine."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

Notebook = dict[str, Any]
Replace = Callable[[str], str]
INJECTED = "injected-parameters"
ADDRESS = re.compile(r"\b0x[0-9a-f]{6,}\b")
# pandas.Styler gives each table a random name.
STYLER = re.compile(r"\bT_[0-9a-f]{5}(?=_|\b)")
FONT_CACHE = re.compile(r"^Matplotlib is building the font cache.*\n?", re.MULTILINE)


def normalise_notebook(
    executed: Notebook, source: Notebook, *, parameters: dict[str, Any], names: dict[str, str]
) -> Notebook:
    """Return an executed notebook that does not depend on who ran it, when and where.

    Parameters
    ----------
    executed, source
        The notebook as papermill wrote it, and as it is committed.
    parameters
        What the cell of injected parameters shows, in place of temporary folders.
    names
        The text that replaces each absolute path.

    Returns
    -------
    dict
        Without times, durations, absolute paths, addresses and random names; with the
        metadata of the source, and stable cell ids.
    """
    replace = _replacer(names)
    cells = [_normalise_cell(cell, replace) for cell in executed["cells"]]
    for cell in cells:
        if INJECTED in cell["metadata"].get("tags", ()):
            cell["id"] = INJECTED
            cell["source"] = "# Parameters\n" + "\n".join(
                f"{name} = {json.dumps(value, ensure_ascii=False)}"
                if isinstance(value, str)
                else f"{name} = {value!r}"
                for name, value in parameters.items()
            )
    return {
        "cells": cells,
        "metadata": source["metadata"],
        "nbformat": executed["nbformat"],
        "nbformat_minor": executed["nbformat_minor"],
    }


def write_notebook(notebook: Notebook, path: Path) -> None:
    """Write a notebook in a canonical form: equal notebooks give equal files."""
    import nbformat

    node = nbformat.from_dict(notebook)
    nbformat.validate(node)
    path.write_text(nbformat.writes(node) + "\n", encoding="utf-8", newline="\n")


def _normalise_cell(cell: Notebook, replace: Replace) -> Notebook:
    timing = ("papermill", "execution")
    kept = {
        name: value
        for name, value in cell["metadata"].items()
        if name not in timing and (value or name != "tags")
    }
    cell = {**cell, "metadata": kept}
    if cell["cell_type"] == "code":
        outputs = [_normalise_output(output, replace) for output in _join_streams(cell["outputs"])]
        cell["outputs"] = [output for output in outputs if output.get("text") != ""]
    return cell


def _join_streams(outputs: list[Notebook]) -> list[Notebook]:
    """Join a cell's output to one text per stream: how it was split depends on the machine."""
    streams: dict[str, list[str]] = {}
    for output in outputs:
        if output["output_type"] == "stream":
            streams.setdefault(output["name"], []).append("".join(output["text"]))
    joined = [
        {"output_type": "stream", "name": name, "text": "".join(texts)}
        for name, texts in sorted(streams.items(), reverse=True)
    ]
    return joined + [output for output in outputs if output["output_type"] != "stream"]


def _normalise_output(output: Notebook, replace: Replace) -> Notebook:
    if output["output_type"] == "stream":
        return {**output, "text": replace(FONT_CACHE.sub("", output["text"]))}
    if "data" in output:
        data = {
            kind: replace("".join(value) if isinstance(value, list) else value)
            if kind.startswith(("text/", "image/svg"))
            else value
            for kind, value in output["data"].items()
        }
        return {**output, "data": data}
    return output


def _replacer(names: dict[str, str]) -> Replace:
    ordered = sorted(names.items(), key=lambda item: -len(item[0]))

    def replace(text: str) -> str:
        for path, name in ordered:
            text = text.replace(path, name)
        styled: dict[str, str] = {}
        text = STYLER.sub(lambda m: styled.setdefault(m[0], f"table_{len(styled) + 1}"), text)
        return ADDRESS.sub("0x0", text)

    return replace
