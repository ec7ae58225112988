"""Exceptions from the gate: each declared, signed, and good for one content only."""

import csv
import hashlib

from analysis import paths
from analysis.errors import DataError

FILE = "report/record/privacy-exceptions.csv"
COLUMNS = ("file", "place", "kind", "sha256", "reason", "signed_by", "signed_on")


def read_signed(root=paths.ROOT):
    """Return the exceptions of a repository; none without the file.

    Raises
    ------
    DataError
        Another header, or an exception that lacks more than its place.
    """
    path = root / FILE
    if not path.exists():
        return []
    with open(path, encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        if tuple(reader.fieldnames or ()) != COLUMNS:
            raise DataError(f"its columns are {', '.join(COLUMNS)}", file=FILE, line=1)
        rows = list(reader)
    for line, row in enumerate(rows, 2):
        empty = [name for name in COLUMNS if name != "place" and not (row[name] or "").strip()]
        if empty:
            raise DataError("an exception has to be signed", file=FILE, line=line, field=empty[0])
    return rows


def is_excepted(finding, content, signed):
    """Say whether somebody has signed for a finding in this very content.

    An exception without a place is for every place of its kind in the file.

    Parameters
    ----------
    finding : analysis.release.finding.Finding
    content : bytes
        Of the file: what changes afterwards is not covered.
    signed : list of dict of str
    """
    mine = [
        row
        for row in signed
        if (row["file"], row["kind"]) == (finding.file, finding.kind)
        and row["place"] in ("", finding.place)
    ]
    return bool(mine) and hashlib.sha256(content).hexdigest() in {row["sha256"] for row in mine}
