"""Analysis of a seven-participant trial: clean, score, compare, report.

The functions to call, on the tables of a run or on other frames:

=========================== ================ =====================================================
to                          call             it takes and returns
=========================== ================ =====================================================
open the tables of a run    `load`           the folder; `trial.pairs`, `trial.explain`, ...
read the plan               `load_study`     study.yml; outcomes, visits, rules
score                       `score_items`    items and the plan; scores
pair                        `pair_scores`    scores, items and the plan; baseline and follow-up
compare two visits          `compare_visits` pairs; estimates, intervals, exact tests
count adverse events        `count_events`   events and participants; counts with exact intervals
draw pairs                  `draw_pairs`     pairs; a line per participant, and the words for it
=========================== ================ =====================================================

Each explains itself with an example: ``help(analysis.compare_visits)``.
"""

import importlib
import sys
from typing import TYPE_CHECKING, Any

from analysis.command import answer_early_interrupts

if TYPE_CHECKING:
    from analysis.instruments.scores import pair_scores as pair_scores
    from analysis.instruments.scores import score_items as score_items
    from analysis.reporting.figures.paired import draw_pairs as draw_pairs
    from analysis.safety.counts import count_events as count_events
    from analysis.statistics.two_visits import compare_visits as compare_visits
    from analysis.study import load_study as load_study
    from analysis.trail.explain import load as load

# Imported only on first use, so that everything else loads faster.
DOOR = {
    "load": "analysis.trail.explain",
    "load_study": "analysis.study",
    "score_items": "analysis.instruments.scores",
    "pair_scores": "analysis.instruments.scores",
    "compare_visits": "analysis.statistics.two_visits",
    "count_events": "analysis.safety.counts",
    "draw_pairs": "analysis.reporting.figures.paired",
}
# The value of argv[0] while Python looks for the module of `python -m analysis`.
if sys.argv[:1] == ["-m"]:
    answer_early_interrupts()


def __getattr__(name: str) -> Any:
    if name not in DOOR:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(DOOR[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *DOOR})
