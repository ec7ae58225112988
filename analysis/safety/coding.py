"""How terms and grades are called: by what the data say, nothing else."""

NO_DICTIONARY = ("", "none")
UNCODED = "Not coded"


def name_coding(events):
    """Return the heading of the coded terms.

    Only a dictionary named in every coded row, always the same, becomes the heading.

    Examples
    --------
    >>> import pandas as pd
    >>> name_coding(pd.DataFrame({"coded_term": ["Bruise"], "dictionary": ["none"],
    ...                           "dictionary_version": [""]}))
    'Term (no dictionary)'
    """
    named = _name_versions(events[events["coded_term"] != ""], "dictionary")
    if len(named) != 1:
        return "Term (several dictionaries)" if named else "Term (no dictionary)"
    return "Term (no dictionary)" if named == [""] else f"Term ({named[0]})"


def name_grading(events):
    """Return the grading scales of the events with their versions, or that none is recorded."""
    named = [text for text in _name_versions(events, "grading_scale") if text]
    return " and ".join(named) or "scale not recorded"


def name_term(event):
    """Print the term of one event: as coded, or as recorded with the word that it is not coded."""
    return event["coded_term"] or f"{event['term']} ({UNCODED.lower()})"


def _name_versions(events, column):
    version = f"{column}_version"
    pairs = sorted(set(zip(events[column], events[version], strict=True)))
    names = ["" if name.lower() in NO_DICTIONARY else f"{name} {v}".strip() for name, v in pairs]
    return sorted(set(names))
