"""How the scores at baseline and follow-up came about: complete, prorated or missing."""

import pandas as pd

from analysis.reporting.table import Table
from analysis.study import Study

_STATUSES = ("complete", "prorated", "missing")
_COLUMNS = ("Outcome", "Complete", "Prorated", "Missing", "Items missing")
_NOTES = (
    "Primary variant of each registered outcome. Prorated: scored although items were missing, as "
    "the rule of the instrument allows; missing: too many were. Participants without the form at a "
    "visit are not counted here.",
    "Items missing: items, ratings or places without a value in the counted scores, of all that "
    "were asked for.",
)


def make_status_table(scores: pd.DataFrame, study: Study, *, followup_visit: str) -> Table:
    """Make the table of complete, prorated and missing scores, by visit and outcome.

    Parameters
    ----------
    scores
        As `analysis.instruments.scores.score_items` returns them.
    followup_visit
        The visit to show besides baseline.
    """
    whole = scores[(scores["variant"] == "primary") & (scores["component"] == "total")]
    rows: list[tuple[str, ...]] = []
    for visit in (study.analysis.baseline_visit.value, followup_visit):
        rows.append((study.visit(visit).label,))
        for outcome in study.outcomes:
            made = whole[(whole["visit"] == visit) & (whole["outcome"] == outcome.name)]
            counts = [str((made["status"] == each).sum()) for each in _STATUSES]
            missing, asked = int(made["n_missing"].sum()), int(made["n_items"].sum())
            rows.append((outcome.label, *counts, f"{missing} of {asked}"))
    return Table(columns=_COLUMNS, rows=tuple(rows), notes=_NOTES)
