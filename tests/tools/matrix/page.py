"""Write the outcome of the matrix: determinism.json, and determinism.md for readers."""

import json

from analysis.run.state import replace_text

NAME = "determinism"
# What cannot be equal, by what differs; each with its reason.
UNEQUAL = {
    "another version of Python or of a package": "the documents and the executed notebooks name "
    "the versions that made them, Matplotlib, Pandoc and Typst change how they draw and set, and "
    "NumPy and SciPy how they round the last bit of a number",
    "another renderer (Quarto, built-in)": "each writes HTML, Word and PDF in its own way; "
    "tables, figures and executed notebooks are not its work",
    "another processor or operating system": "its mathematics library may round the last bit of a "
    "number otherwise; printed text is made from 12 significant digits, so that this rarely shows",
    "an export in another folder (RAW)": "the executed 01_clean names the folder; an archive has "
    "the export in data/raw, wherever it stood before",
    "the day of the record and the seconds in report/record": "they tell of the run that made "
    "them; they are no output of the analysis",
}
# What a single machine cannot try.
ELSEWHERE = (
    "macOS, Windows, Linux without glibc, other processors: another machine",
    "Quarto as renderer: its program is not in the lock",
    "a conda environment: its channels are not in the lock",
)


def write_page(outcomes, absent, reference, folder):
    """Write the outcome of `run_matrix` into both files, and return the path of determinism.md."""
    record = {
        "platform": reference.platform,
        "packages": reference.packages,
        "renderer": reference.renderer,
        "compared": {
            "results": len(reference.results),
            "tables": len(reference.tables),
            "files": len(reference.files),
        },
        "ran": [vars(outcome) for outcome in outcomes],
        "not_run": {**absent, **dict.fromkeys(ELSEWHERE, "not on this machine")},
        "unequal": UNEQUAL,
    }
    text = json.dumps(record, indent=1, ensure_ascii=False) + "\n"
    replace_text(folder / f"{NAME}.json", text)
    path = folder / f"{NAME}.md"
    replace_text(path, _write_markdown(outcomes, absent, reference))
    return path


def _write_markdown(outcomes, absent, reference):
    platform = ", ".join(f"{value}" for value in reference.platform.values() if value)
    lines = [
        "# The same results under other surroundings",
        "",
        "Written by `make matrix`. Everything was run from the raw export to the documents, once "
        "plainly and then once for each row, each time in a new copy. In the rows "
        f"with *bytes* all {len(reference.files)} published files (tables, figures, executed "
        "notebooks, HTML, Word, PDF) have to be the same to the byte; in those with *numbers* all "
        f"{len(reference.results)} results have to agree to a relative 1e-9 with the same printed "
        f"text, and {len(reference.tables)} tables cell by cell. "
        f"The plain run: {platform}, {reference.renderer}.",
        "",
        "| run | what was other | has to be the same | differs | other bytes |",
        "| --- | --- | --- | --- | ---: |",
    ]
    for outcome in outcomes:
        other = "; ".join(outcome.factors)
        if outcome.python != reference.platform["Python"]:
            other += f" ({outcome.python})"
        differs = _say_difference(outcome)
        level = "bytes" if outcome.exact else "numbers"
        bytes_ = f"{len(outcome.other_bytes)} of {outcome.files}"
        lines.append(f"| {outcome.cell} | {other} | {level} | {differs} | {bytes_} |")
    lines += ["", "Support is claimed for what ran and did not differ, and for nothing else.", ""]
    lines += ["## What did not run", ""]
    lines += [f"- {name}: {reason}" for name, reason in absent.items()]
    lines += [f"- {each}" for each in ELSEWHERE]
    lines += ["", "## What cannot be equal", ""]
    lines += [f"- With {other}: {reason}." for other, reason in UNEQUAL.items()]
    changed = [outcome for outcome in outcomes if outcome.packages]
    for outcome in changed:
        lines += ["", f"## The packages of {outcome.cell}", ""]
        lines.append(
            f"Of those that can change a number or a document: {', '.join(outcome.packages)}."
        )
    return "\n".join(lines) + "\n"


def _say_difference(outcome):
    if not outcome.differing:
        return "nothing"
    more = f" and {len(outcome.differing) - 1} more" if len(outcome.differing) > 1 else ""
    alone = f" (alone: {'; '.join(outcome.alone)})" if outcome.alone else ""
    return f"**{outcome.differing[0]}{more}**{alone}".replace("|", "/")
