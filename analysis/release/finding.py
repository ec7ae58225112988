"""What the gate has found: where and why, never what."""

from dataclasses import dataclass

from analysis.privacy.kinds import hide_kinds


@dataclass(frozen=True, order=True)
class Finding:
    """One thing that may not leave.

    Parameters
    ----------
    file
        Its path, or ``commit:path`` for what git remembers.
    place
        Where in the file: a row and its field, a line, a cell, a chunk; "" for all of it.
    kind
        Why it may not leave.
    """

    file: str
    place: str
    kind: str

    def __str__(self):
        where = f"{self.file}, {self.place}" if self.place else self.file
        return f"{where}: {self.kind}"


def make_finding(file, place, kind, *, hospital_number=""):
    """Return a finding whose file and place tell nothing personal either."""
    hide = {"hospital_number": hospital_number}
    return Finding(hide_kinds(file, **hide), hide_kinds(place, **hide), kind)


def gather_findings(findings):
    """Return findings sorted, those of one kind in one place once, many alike as one.

    Where more than `MOST` places of a file hold the same kind, the first ones stand for all.
    """
    by_kind = {}
    for finding in sorted(set(findings)):
        by_kind.setdefault((finding.file, finding.kind), []).append(finding)
    gathered = []
    for several in by_kind.values():
        gathered += several[:MOST]
        if len(several) > MOST:
            first = several[0]
            gathered.append(Finding(first.file, f"{len(several) - MOST} more places", first.kind))
    return gathered


MOST = 5
