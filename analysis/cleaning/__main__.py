"""``python -m analysis.cleaning RAW OUT``: clean an export and write its queries, nothing else."""

import argparse
import sys
from pathlib import Path

from analysis.command import run_command
from analysis.errors import UsageError

FOLDER = "data_check"


def main(arguments=None):
    """Clean an export and return the exit code (0 cleaned, 1 wrong data, 2 wrong use, 3 missing).

    ``OUT/data_check`` then holds queries.csv, changes.csv and queries.html, the page for the site.
    """
    parser = argparse.ArgumentParser(
        prog="python -m analysis.cleaning",
        description="Clean an export and write its queries, its changes and a page for the site.",
    )
    parser.add_argument("raw", type=Path, help="folder of the export")
    parser.add_argument("out", type=Path, help=f"root for the output, which goes to {FOLDER} there")
    parser.add_argument(
        "--study", type=Path, default=None, help="study.yml (default: the project's)"
    )
    asked = parser.parse_args(arguments)
    return run_command(_check, asked.raw, asked.out, asked.study)


def _check(raw, out, study):
    from analysis.cleaning.clean import clean_export
    from analysis.cleaning.export import read_export
    from analysis.cleaning.site_page import write_site_page
    from analysis.cleaning.summary import summarise_rules
    from analysis.study import load_study
    from analysis.tables import write_table

    cleaned = clean_export(read_export(raw), load_study(study))
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


if __name__ == "__main__":
    sys.exit(main())
