"""Every rule of the cleaning as data: what it finds, how bad that is, and what is done.

rules.csv holds one row per rule; the summary lists them in its order. `severity` is error,
warning or note; empty is a change that is logged and asks nobody (a space at the end of a cell).
`action` is converted, set_missing, kept, set_aside or corrected. `sentence` is the question that
the site reads, `reason` why it is asked, and `threshold` where the rule begins, if anywhere.
"""

import csv
import hashlib
from dataclasses import astuple, dataclass
from pathlib import Path

RULES_FILE = Path(__file__).with_name("rules.csv")


@dataclass(frozen=True)
class Rule:
    """One rule; no cell changes without one."""

    id: str
    severity: str
    action: str
    sentence: str
    reason: str = ""
    threshold: str = ""

    @property
    def version(self) -> str:
        """A hash of all that the rule says: an answer to an earlier version asks anew."""
        return hashlib.sha256("\x1f".join(astuple(self)).encode()).hexdigest()[:12]


def read_rules(path: Path = RULES_FILE) -> dict[str, Rule]:
    """Return the rules by id, in the order of the file."""
    with path.open(encoding="utf-8", newline="") as file:
        return {row["id"]: Rule(**row) for row in csv.DictReader(file)}


def read_threshold(rule: str) -> float:
    """Return the number at which a rule begins."""
    return float(CLEANING_RULES[rule].threshold)


CLEANING_RULES = read_rules()
