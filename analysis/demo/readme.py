"""The README of an export: what it is, what was planted, how to replace it."""

import csv
import io

COLUMNS = ["fault", "file", "row", "field", "raw_value", "true_value", "kind", "expected"]
SUMMARY = ["fault", "kind", "file", "row", "field", "raw_value", "true_value", "expected", "note"]

INTRODUCTION = """\
# Simulated export

**SIMULATED. Nobody described here exists. These are not results of any trial.**

`{software}` wrote every file of this folder, and writes it again byte for byte:

    python -m analysis demo --participants {participants} --seed {seed} --faults {faults} --out DIR

No file here is edited by hand. The seed was fixed before any result was looked at, and nothing was
tuned afterwards. Dates lie in 2021 and 2022, outside the period of the trial whose public
registration the design follows; no data and no person of that trial is used.

**The improvement in these data is an assumption.** Means, spread and correlations were put in
(`analysis/demo/settings.py`); finding them again says nothing about the treatment. Both blinded
randomised trials of stromal vascular fraction in the hands improved in both arms, with placebo
almost as much: SCLERADEC II at 3 months, Cochin hand function scale -9.2 (SD 12.2) against -7.6
(13.2) with placebo; STAR at 48 weeks, improvement of 11.0 (12.5) against 8.9 (10.5). The scales
of bowel and breathing have no change built in.

## Files

| file | content | key of a row |
| --- | --- | --- |
| redcap_export.csv | REDCap's flat export with raw codes | `record_id\\|event\\|form#instance` |
| redcap_dictionary.csv | REDCap's data dictionary in its own column order | |
| fields.csv | where each column goes in the processed tables | |
| raynaud_diary.csv | the e-diary, ratings of 0 to 10 | `record_id\\|entry_date\\|entry_time` |
| capillaroscopy.csv | the readers' sheet, one row per image and reader | `image_id\\|reader` |
| corrections.csv | corrections signed off by the site | |
| provenance.yml | what this is, when exported, by whom, simulated or not | |
| SHA256SUMS | checksums of all of these | |

Keys are made of the cells **as received**, so a row that spells the participant differently has
a key of its own. A row that does not repeat ends with the bar: `SIM-03|week_12_arm_1|`; an
instance of a repeating form is `SIM-03|unscheduled_arm_1|adverse_event#2`. `corrections.csv` and
the list of changes use these keys.

In fields.csv a field goes to a column of a table or to an item of an instrument. `values` maps raw
codes to processed values (`1=female|2=male`); where it is empty, the label of the choice in
snake_case is taken. A field of the dictionary that fields.csv does not name is the site's own and
is kept under its form. Records named `{screened}...` were screened and not enrolled.

## Put in a real export

1. Put the site's files into a folder **outside git**, under the names above.
2. Describe the site's field names in that folder's fields.csv; no code changes.
3. Write its provenance.yml with `simulated: false`, the day of export and who exported it.
4. `make seal RAW=FOLDER` writes SHA256SUMS; `make report RAW=FOLDER OUT=ELSEWHERE` does the rest.

`python -m analysis demo` is not for that, and refuses to write into such a folder.
"""

FAULTS = """
## Planted faults

{count} faults of the kinds that real exports have are planted, at places fixed by rule. `kind` is
the rule of the cleaning that is meant, where there is one. `expected` is what cleaning does:
`converted`, `set_missing`, `kept` (and asked about, unless the note says otherwise), `set_aside`
or `corrected`. An empty field stands for the whole row, an empty row for the whole file. The true
value is what the simulation had drawn.

{table}

### Every cell

The same list by machine, one line per cell (`analysis.demo.export.planted_faults`):

```csv
{cells}```
"""


def write_readme(export):
    """Return the README of an export, with a table of its faults if it has any."""
    told = export.provenance["software"].replace(",", "").split()
    screened = next(
        name
        for name in export.tables["redcap_export.csv"]["record_id"]
        if str(name).startswith("SIM-S")
    )
    text = INTRODUCTION.format(
        software=told[0], seed=told[2], participants=told[3], faults=told[6], screened=screened
    )
    if not len(export.faults):
        return text
    cells = io.StringIO()
    writer = csv.writer(cells, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(export.faults[COLUMNS].itertuples(index=False))
    return text + FAULTS.format(
        count=export.faults["fault"].nunique(),
        table=_summarise(export.faults),
        cells=cells.getvalue(),
    )


def _summarise(faults):
    """Return a Markdown table with a line per fault and row; further cells are counted."""
    lines = [SUMMARY, ["---"] * len(SUMMARY)]
    for _, cells in faults.groupby(["fault", "file", "row"], sort=False):
        first = cells.iloc[0]
        more = f" and {len(cells) - 1} more" if len(cells) > 1 else ""
        shown = [first["fault"], first["kind"], first["file"], _code(first["row"])]
        shown += [_code(first["field"]) + more, _code(first["raw_value"])]
        lines.append([*shown, _code(first["true_value"]), first["expected"], first["note"]])
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _code(text):
    escaped = text.replace("|", "\\|")
    return f"`{escaped}`" if escaped else ""
