"""The reviewer's guide tells what the results and the files on record hold, and nothing else."""

import pandas as pd

from analysis.reporting.appendix import describe_run_time, make_record_table, make_remarks_table

PAGE = """# What was tried

Some words, 12 of them.

| case | planted | found |
| --- | ---: | ---: |
| *typing* error | 19 | 19 |
| `format` | 3 | |

| another | table |
| --- | --- |
| a | 1 |
"""


def test_the_first_table_of_each_page_on_record_is_shown():
    pages = {"b.md": PAGE, "a.md": PAGE.replace("tried", "measured")}
    assert make_record_table(pages).rows == (
        ("What was measured (report/record/a.md)",),
        ("typing error", "planted: 19; found: 19"),
        ("format", "planted: 3"),
        ("What was tried (report/record/b.md)",),
        ("typing error", "planted: 19; found: 19"),
        ("format", "planted: 3"),
    )


def test_results_and_remarks_are_counted_by_notebook():
    results = pd.DataFrame(
        [
            ("04_efficacy", "descriptive"),
            ("04_efficacy", "never used; p = 0.12"),
            ("04_efficacy", "never used; p = 0.34"),
            ("03_describe", ""),
        ],
        columns=["notebook", "warning"],
    )
    assert make_remarks_table(results).rows == (
        ("03_describe",),
        ("all results", "1"),
        ("04_efficacy",),
        ("all results", "3"),
        ("descriptive", "1"),
        ("never used", "2"),
    )


def test_the_run_time_is_the_measured_one_or_said_to_be_unknown():
    assert "not on record" in describe_run_time(None)
    seconds = {"notebooks_cold": 38.4, "one_figure_changed": 9.6, "nothing_to_do": 0.52}
    assert describe_run_time({"cores": 2, "seconds": seconds}) == (
        "On a machine with 2 cores the notebooks took 38 s from nothing, 10 s after a change to "
        "one figure, and 0.5 s with nothing to do."
    )
