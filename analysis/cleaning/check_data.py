"""Clean an export and write its queries, its changes, and what the site reads and fills in."""

from pathlib import Path

from analysis.cleaning.clean import clean_export
from analysis.cleaning.export import read_export
from analysis.cleaning.logs import count_answers, summarise_rules
from analysis.cleaning.query_sheet import build_query_sheet, list_questions
from analysis.cleaning.site_page import build_site_page
from analysis.errors import UsageError
from analysis.study import load_study
from analysis.tables import write_table

CHECK_FOLDER = "data_check"


def run_check_data(raw: Path, out: Path, study: Path | None = None) -> None:
    """Write queries.csv, changes.csv, queries.html and queries.xlsx into data_check below OUT.

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
        The export is wrong (`clean_export`), or the folder cannot be made.
    """
    plan = load_study(study)
    cleaned = clean_export(read_export(raw), plan)
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
    print(f"Checksums: {cleaned.provenance.checksums}")
    print(cleaned.balance.to_string(index=False))
    summary = summarise_rules(cleaned.queries, cleaned.changes)
    print(summary.to_string(index=False) if len(summary) else "Nothing to ask.")
    print(f"{count_answers(cleaned.queries)}, {len(cleaned.changes)} changes: {page}")
