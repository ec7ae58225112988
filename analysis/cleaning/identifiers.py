"""One spelling for every participant: ``sim-1``, ``SIM 01`` and ``1`` are SIM-01."""

from dataclasses import replace

import pandas as pd

from analysis.cleaning.sheet import find
from analysis.cleaning.spelling import distinct

ID = "record_id"
_PARTS = r"^(?P<prefix>[A-Za-z]*)(?P<mark>[-_ ]?)(?P<number>[0-9]+)$"


def unify_identifiers(sheets, main):
    """Spell the participants of every file as most of the main file does.

    An identifier is put into that form only where prefix (or its absence) and number agree;
    rows of the other files whose participant is not in the main file are set aside.

    Parameters
    ----------
    sheets : dict of str to Sheet
    main : str
        The file that says who took part.

    Returns
    -------
    dict of str to Sheet
        With `keys.participant` as it is spelled now.
    """
    pattern = _usual_form(sheets[main].frame[ID])
    unified = {}
    for source, sheet in sheets.items():
        told = distinct(sheet.frame[ID])
        trimmed = sheet.frame[ID].str.strip()
        spelled = sheet.frame[ID].map(_spell(told, pattern))
        spaced = trimmed != sheet.frame[ID]
        sheet = sheet.apply(
            [
                find("surrounding_space", ID, spaced, trimmed),
                find("identifier_spelling", ID, spelled != trimmed, spelled),
            ]
        )
        unified[source] = replace(sheet, keys=sheet.keys.assign(participant=spelled))
    known = set(unified[main].keys["participant"])
    for source, sheet in unified.items():
        stranger = ~sheet.keys["participant"].isin(known)
        unified[source] = sheet.apply([find("unknown_participant", "", stranger)])
    return unified


def _usual_form(column):
    parts = distinct(column).str.extract(_PARTS).dropna()
    if parts.empty:
        return None
    forms = parts.assign(width=parts["number"].str.len())
    counts = forms.value_counts(["prefix", "mark", "width"]).reset_index()
    counts = counts.sort_values(
        ["count", "prefix", "mark", "width"], ascending=[False, True, True, True]
    )
    prefix, mark, width, _ = counts.iloc[0]
    same = parts[(parts["prefix"] == prefix) & (parts["mark"] == mark)]
    padded = same["number"].str.startswith("0").any()
    return prefix, mark, int(width) if padded else 1


def _spell(values, form):
    if form is None:
        return values.str.strip()
    prefix, mark, width = form
    plain = values.str.normalize("NFKC").str.strip()
    parts = plain.str.extract(_PARTS)
    usual = parts["prefix"].str.casefold().isin([prefix.casefold(), ""])
    number = parts["number"].str.lstrip("0").str.zfill(width)
    return (prefix + mark + number).where(usual, values.str.strip())


def list_participants(sheet):
    """Return the participants of a sheet, sorted."""
    return pd.Index(sheet.keys["participant"].unique(), name="participant_id").sort_values()
