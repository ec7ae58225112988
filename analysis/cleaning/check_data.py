"""Clean an export, write what the site reads and fills in, and follow the outcomes."""

from pathlib import Path

import pandas as pd

from analysis.cleaning.clean import Cleaned, clean_export
from analysis.cleaning.export import MAP, read_export
from analysis.cleaning.logs import count_answers, summarise_rules
from analysis.cleaning.mapping import DRAFT, NOTE
from analysis.cleaning.outcomes import summarise_outcomes
from analysis.cleaning.query_sheet import build_query_sheet, list_questions
from analysis.cleaning.site_page import build_site_page
from analysis.errors import UsageError
from analysis.instruments.checks import check_scores
from analysis.instruments.scores import compare_totals, pair_scores, score_items, set_aside_totals
from analysis.study import Study, load_study
from analysis.tables import write_table

CHECK_FOLDER = "data_check"


def run_check_data(raw: Path, out: Path, study: Path | None = None) -> None:
    """Write queries.csv, changes.csv, queries.html and queries.xlsx into data_check below OUT.

    The export is scored and paired as well, so that nothing passes here and stops later; the last
    thing printed is what becomes of each registered outcome.

    Parameters
    ----------
    raw
        Folder of the export.
    out
        Root for the output.
    study
        study.yml, the project's where none is given.

    Raises
    ------
    AnalysisError
        The export is wrong (`clean_export`, `score_items`), or the folder cannot be made.
    """
    plan = load_study(study)
    export = read_export(raw)
    cleaned = clean_export(export, plan)
    folder = out / CHECK_FOLDER
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(
            f"the folder cannot be made ({error.strerror})", file=folder, hint="Give another OUT"
        ) from None
    for name in ("queries", "changes"):
        write_table(cleaned.tables[name], name, folder)
    questions = list_questions(cleaned, [visit.name for visit in plan.visits])
    page = folder / "queries.html"
    page.write_text(build_site_page(cleaned, questions), encoding="utf-8", newline="\n")
    title = f"{cleaned.provenance.mark} Queries of the data cleaning".strip()
    (folder / "queries.xlsx").write_bytes(build_query_sheet(questions, title=title))
    if cleaned.provenance.mark:
        print(cleaned.provenance.mark)
    notes = (*cleaned.notes, *count_drafts(export.tables[MAP]))
    print(f"Checksums: {cleaned.provenance.checksums}", *notes, sep="\n")
    print(cleaned.balance.to_string(index=False))
    summary = summarise_rules(cleaned.queries, cleaned.changes)
    print(summary.to_string(index=False) if len(summary) else "Nothing to ask.")
    print(f"{count_answers(cleaned.queries)}, {len(cleaned.changes)} changes: {page}")
    print(follow_outcomes(cleaned, plan).to_string(index=False))


def count_drafts(places: pd.DataFrame) -> list[str]:
    """Return how many places of fields.csv are still as drafted, nothing where none is."""
    if NOTE not in places:
        return []
    placed = (places[["table", "instrument"]] != "").any(axis=1)
    count = int((places[NOTE].str.startswith(DRAFT) & placed).sum())
    warning = (
        f"{count} places in {MAP} are drafts; take '{DRAFT.strip()}' out of notes you checked."
    )
    return [warning] if count else []


def follow_outcomes(cleaned: Cleaned, study: Study) -> pd.DataFrame:
    """Score and pair what was cleaned, as 02_score does, and say what becomes of each outcome.

    Raises
    ------
    DataError
        The items cannot be scored.
    """
    items = cleaned.tables["items"]
    items = set_aside_totals(items, compare_totals(items))
    scores = score_items(items, study)
    check_scores(scores, items, study)
    return summarise_outcomes(
        cleaned.fields, items, scores, pair_scores(scores, items, study), study
    )
