"""Analysis of a seven-participant trial: clean, score, compare, report.

``from analysis import load; trial = load()`` opens the tables of a run.
"""

import sys
from typing import Any

from analysis.command import answer_early_interrupts

# Python says so while it looks for the module of `python -m analysis`.
if sys.argv[:1] == ["-m"]:
    answer_early_interrupts()


def __getattr__(name: str) -> Any:
    if name != "load":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from analysis.trail.explain import load

    return load


def __dir__() -> list[str]:
    return sorted([*globals(), "load"])
