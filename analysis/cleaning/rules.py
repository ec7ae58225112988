"""Every rule of the cleaning as data: what it finds, how bad that is, and what is done.

rules.csv holds one row per rule; the summary lists them in its order. `severity` is error,
warning or note; empty is a change that is logged and asks nobody (a space at the end of a cell).
`action` is converted, set_missing, kept, set_aside or corrected. `sentence` is the question that
the site reads, and `reason` why it is asked. Where a rule begins is said in study.yml (`queries`).
"""

import csv
import hashlib
from dataclasses import dataclass
from pathlib import Path

_RULES_FILE = Path(__file__).with_name("rules.csv")


@dataclass(frozen=True)
class Rule:
    """One rule; no cell changes without one.

    An answer to an earlier `version`, a hash of the whole rule, asks anew.
    """

    id: str
    severity: str
    action: str
    sentence: str
    reason: str
    version: str


def read_rules() -> dict[str, Rule]:
    """Return the rules by id, in the order of the file."""
    with _RULES_FILE.open(encoding="utf-8", newline="") as file:
        return {row["id"]: Rule(**row, version=_hash_rule(row)) for row in csv.DictReader(file)}


def _hash_rule(row: dict[str, str]) -> str:
    return hashlib.sha256("\x1f".join(row.values()).encode()).hexdigest()[:12]


CLEANING_RULES = read_rules()
