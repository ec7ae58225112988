"""How the scores came about, as a printed table."""

import pandas as pd

from analysis.reporting.tables.score_status import make_status_table
from analysis.study import load_study

# outcome, visit, variant, component, status, n_items, n_missing
SCORES = """
    kapandji baseline primary total complete 2 0
    kapandji baseline primary total prorated 2 1
    kapandji week_12 primary total missing 2 2
    kapandji week_12 all_available total complete 2 0
    kapandji week_12 primary right complete 1 0
    kapandji week_4 primary total complete 2 0
"""


def test_primary_scores_are_counted_at_baseline_and_follow_up_with_their_missing_items():
    names = ["outcome", "visit", "variant", "component", "status", "n_items", "n_missing"]
    scores = pd.DataFrame([line.split() for line in SCORES.split("\n") if line.strip()])
    scores = scores.set_axis(names, axis=1).astype({"n_items": int, "n_missing": int})
    table = make_status_table(scores, load_study(), followup_visit="week_12")
    shown = [row for row in table.rows if len(row) == 1 or row[0].startswith("Kapandji")]
    assert shown == [
        ("Baseline",),
        ("Kapandji opposition", "1", "1", "0", "1 of 4"),
        ("Week 12",),
        ("Kapandji opposition", "0", "0", "1", "2 of 2"),
    ]
    assert ("Hand mRSS", "0", "0", "0", "0 of 0") in table.rows
