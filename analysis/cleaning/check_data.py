"""Check an export for the site: its queries, its changes and a page, without any analysis."""

from analysis.cleaning.clean import clean_export
from analysis.cleaning.export import read_export
from analysis.cleaning.site_page import write_site_page
from analysis.cleaning.summary import summarise_rules
from analysis.errors import UsageError
from analysis.study import load_study
from analysis.tables import write_table

FOLDER = "data_check"


def check_export(raw, out, *, study_file=None):
    """Clean an export, write ``out/data_check`` and print a summary.

    The folder then holds queries.csv, changes.csv and queries.html, the page for the site.

    Parameters
    ----------
    raw, out : pathlib.Path
        The export's folder, and the root of the output.
    study_file : pathlib.Path, optional
        By default the project's study.yml.

    Raises
    ------
    UsageError
        The folder cannot be made.
    """
    cleaned = clean_export(read_export(raw), load_study(study_file))
    folder = out / FOLDER
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(
            f"the folder cannot be made ({error.strerror})", file=folder, hint="Give another OUT"
        ) from None
    for name in ("queries", "changes"):
        write_table(cleaned.tables[name], name, folder)
    page = folder / "queries.html"
    page.write_text(write_site_page(cleaned), encoding="utf-8", newline="\n")
    if cleaned.provenance.mark:
        print(cleaned.provenance.mark)
    print(f"Checksums: {cleaned.provenance.checksums}")
    print(cleaned.balance.to_string(index=False))
    summary = summarise_rules(cleaned.queries, cleaned.changes)
    print(summary.to_string(index=False) if len(summary) else "Nothing to ask.")
    print(f"{len(cleaned.queries)} queries, {len(cleaned.changes)} changes: {page}")
