"""What a de-identified export cannot give any more, as its reader is told."""

from analysis.release import policy

FILE = "README.md"

# Results that may differ from those of the real export, each with its reason.
DIFFERING = (
    (r"baseline\.age\.", "ages stand in bands"),
    (r"flow\.not_enrolled\.reasons", "the reasons are free text"),
    (r"sensitivity\.\w+\.without\.", "they bear the new names of participants"),
    (r"sensitivity\.\w+\.leave_one_out\.hl_\w+est", "they name a participant"),
)
_NOTES = """# De-identified export

`python -m analysis deidentify` made these files from the real ones. Nothing in them
was typed by hand.

## What was done

- **Participants** are called P-01, P-02 ... in an order of chance; assessors, operators, readers
  and images have new names too. No list of the old names is here.
- **Dates** are shifted, all of one participant by the same number of days: intervals are exact to
  the day. {years} years are taken off for everybody, so that every date lies before the start of
  the trial; some days more or fewer are each participant's own, drawn by a secret key from at
  least {choices} that leave the visits in their months. Of partial dates only the years changed.
  Whoever knows on which days a clinic is closed can rule out some of these shifts.
  {moved}
- **Ages** stand in bands of {width} years, each in the middle of its band; 90 is everybody over 89.
  Years of onset keep their distance from the consent.
- **Free text** is removed; `{removed}` says that there was some, and keeps the words that a rule of
  the analysis looks for. Names of drugs, coded terms and the like stay.
- **Left out**: {dropped}; days of reading, which participants share; who signed corrections.

## What differs by design

The analysis runs on these files as on the real ones and gives the same results, but for these:

{differing}
Queries and changes name what the cleaning finds here: a date or a spelling that was put right on
the way is asked about no more.
"""


def describe_changes(rewriter):
    """Return the notes that lie beside a de-identified export.

    Parameters
    ----------
    rewriter : analysis.release.cells.Rewriter
    """
    source, shifts = rewriter.source, rewriter.shifts
    names = dict(zip(_spelled(source), _renamed(rewriter), strict=True))
    moved = [
        f"{names[person]} ({', '.join(shift.moved)})"
        for person, shift in shifts.items()
        if shift.moved
    ]
    told = (
        "Too few days left all visits of some in their month; these are in another one now: "
        f"{'; '.join(sorted(moved))}."
    )
    dropped = [
        column
        for file, sheet in source.sheets.items()
        for column in sheet.raw
        if source.treatment(file, column) == policy.DROP
    ]
    return _NOTES.format(
        years=-next(iter(shifts.values())).years,
        choices=min(shift.choices for shift in shifts.values()),
        moved=told if moved else "Every visit is in its month.",
        width=source.study.publication.age_band_years.value,
        removed=policy.REMOVED,
        dropped=", ".join(dropped) or "no field",
        differing="".join(f"- `{pattern}`: {why}\n" for pattern, why in DIFFERING),
    )


def list_kept_texts(source):
    """Return a line for each field whose texts stay as they were typed, with all of them.

    No rule can say that a drug is not called after a neighbour: somebody has to read them.

    Parameters
    ----------
    source : analysis.release.source.Source
    """
    return [
        f"{column}: {'; '.join(sorted(read))}"
        for (file, column), readings in source.readings.items()
        if policy.is_vocabulary(source.fields[file][column])
        and source.treatment(file, column) == policy.KEEP
        and (read := {raw for raw in readings if raw})
    ]


def _spelled(source):
    return [name for sheet in source.sheets.values() for name in sheet.keys["participant"]]


def _renamed(rewriter):
    return [
        rewriter.names.participants[raw]
        for sheet in rewriter.source.sheets.values()
        for raw in sheet.raw[policy.ID]
    ]
