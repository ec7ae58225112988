"""Adverse events that bear no coded term are asked about, and never dropped."""

from analysis.cleaning.export import REDCAP
from analysis.cleaning.sheet import find


def find_uncoded(view):
    """Adverse events with a term as recorded and none as coded.

    Where the export has no field for the coded term, every event is uncoded.
    """
    term, coded = (view.column("adverse_events", name) for name in ("term", "coded_term"))
    if term is None:
        return
    place = term if coded is None else coded
    uncoded = (term != "") if coded is None else (term != "") & (coded == "")
    yield REDCAP, find("ae_uncoded", place.name, uncoded)
