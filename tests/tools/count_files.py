"""List the code that a value passes from raw cell to Table 3: `python tests/tools files`."""

import inspect
import sys
from pathlib import Path

from analysis import paths

PACKAGE = paths.ROOT / "analysis"
RAW = paths.ROOT / "data" / "raw"
MOST = 75


def count_files():
    """Do what the notebooks 01, 02 and 04 do; return by stage the files whose functions ran."""
    from analysis.cleaning import clean_export, read_export
    from analysis.instruments.scores import (
        compare_totals,
        pair_scores,
        score_items,
        set_aside_totals,
    )
    from analysis.reporting.tables.efficacy import make_efficacy_table
    from analysis.results import Context
    from analysis.statistics.efficacy import summarise_efficacy
    from analysis.study import load_study

    study = load_study()
    files = {}

    def trace(stage, function, *arguments, **options):
        result, seen = trace_call(function, *arguments, **options)
        files[stage] = sorted({*files.get(stage, ()), *seen})
        return result

    export = trace("read", read_export, RAW)
    tables = trace("clean", clean_export, export, study).tables
    items = tables["items"]
    totals = trace("totals", compare_totals, items)
    items = trace("totals", set_aside_totals, items, totals)
    scores = trace("score", score_items, items, study)
    pairs = trace("pairs", pair_scores, scores, items, study)
    context = Context("efficacy", "04_efficacy", export.provenance.data_origin, "full_analysis")
    results = trace(
        "efficacy", summarise_efficacy, pairs, scores, tables["participants"], study, context,
        visit="week_12",
    )  # fmt: skip
    trace("table", make_efficacy_table, results, study)
    return files


def trace_call(function, *arguments, **options):
    """Call a function; return its result, and the files of analysis/ in which a function ran."""
    seen = set()

    def note(frame, event, _):
        # The execution of a module or of a class body is not a function call.
        if event == "call" and frame.f_code.co_flags & inspect.CO_OPTIMIZED:
            seen.add(frame.f_code.co_filename)

    sys.setprofile(note)
    try:
        result = function(*arguments, **options)
    finally:
        sys.setprofile(None)
    inside = (Path(name) for name in seen if Path(name).is_relative_to(PACKAGE))
    return result, {path.relative_to(PACKAGE).as_posix() for path in inside}


def format_files(files):
    lines = []
    for stage, names in files.items():
        lines += [f"{stage}: {len(names)}", *(f"    {name}" for name in names)]
    counted = sum(map(len, files.values()))
    return "\n".join([*lines, f"in all: {counted} (at most {MOST})"])
