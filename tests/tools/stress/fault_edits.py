"""Edits of a checkout; each changes the published files, so that stale files are visible."""

import hashlib
from dataclasses import dataclass

SEALS = "data/raw/SHA256SUMS"


@dataclass(frozen=True)
class Edit:
    """The replacement of a text, where it first occurs in a file."""

    name: str  # a description
    file: str = ""
    old: str = ""
    new: str = ""


NONE = Edit("as committed")
EDITS = (
    NONE,
    Edit("a raw cell", "data/raw/raynaud_diary.csv", "2021-02-22,20:57,7", "2021-02-22,20:57,9"),
    Edit("prose of 03_describe", "notebooks/03_describe.ipynb", "# 03 Describe", "# 03 Describes"),
    Edit("a figure", "analysis/reporting/figures/paired.py", "COLUMNS = 3", "COLUMNS = 2"),
    Edit("words of the report", "report/index.qmd", "Follow-up was short", "It was short"),
)


def apply_edit(root, source, edit, before=NONE):
    """Undo one edit of a checkout and make another, with the checksums of the raw data redone."""
    if before.file:
        _write(root, before.file, (source / before.file).read_text(encoding="utf-8"))
    if edit.file:
        text = (source / edit.file).read_text(encoding="utf-8")
        if edit.old not in text:
            raise ValueError(f"{edit.file} does not hold {edit.old!r}")
        _write(root, edit.file, text.replace(edit.old, edit.new, 1))


def _write(root, file, text):
    old = hashlib.sha256((root / file).read_bytes()).hexdigest()
    (root / file).write_text(text, encoding="utf-8", newline="\n")
    new = hashlib.sha256((root / file).read_bytes()).hexdigest()
    if (root / SEALS).exists():
        seals = (root / SEALS).read_text(encoding="utf-8")
        (root / SEALS).write_text(seals.replace(old, new), encoding="utf-8", newline="\n")
