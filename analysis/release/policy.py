"""What becomes of each field of an export that is to be published, and whether it has."""

import re

from analysis.cleaning.corrections import CORRECTION_COLUMNS
from analysis.cleaning.dictionary import DICTIONARY_COLUMNS, MAP_COLUMNS
from analysis.cleaning.export import CAPILLAROSCOPY, CORRECTIONS, DICTIONARY, MAP

ID = "record_id"
# Treatments.
DROP = "drop"
PARTICIPANT, PERSON, IMAGE = "participant", "person", "image"
DAY, SHARED_DAY, YEAR, BIRTH_YEAR, AGE = "day", "shared day", "year", "birth year", "age"
TEXT, KEEP, READABLE = "text", "keep", "readable"

# Texts that are words of a list and not of a person: what was given and how it was coded.
VOCABULARY = {
    ("medications", "name"),
    ("medications", "dose_unit"),
    ("adverse_events", "coded_term"),
    ("adverse_events", "class"),
    ("adverse_events", "dictionary"),
    ("adverse_events", "dictionary_version"),
    ("adverse_events", "grading_scale"),
    ("adverse_events", "grading_scale_version"),
    ("procedures", "enzyme"),
    ("procedures", "diluent"),
    ("procedures", "cell_counter"),
    ("procedures", "viability_method"),
    ("capillaroscopy", "blinded_to_visit"),
}
# Who worked on the trial; whether it was the same one matters, the name does not.
PERSONS = {("visits", "assessor"), ("procedures", "operator")}
ONSETS = {("participants", "raynaud_onset_year"), ("participants", "non_raynaud_onset_year")}
# A day on which one reader looked at the images of many: shifted for each of them, it would tell
# how far the shifts of two participants are apart.
SHARED_DAYS = {("capillaroscopy", "read_date")}

# What the cleaning reads of the files that describe others; a site may write anything beside it.
KNOWN_COLUMNS = {
    CORRECTIONS: CORRECTION_COLUMNS,
    DICTIONARY: tuple(DICTIONARY_COLUMNS),
    MAP: MAP_COLUMNS,
}

REMOVED = "[removed]"
RECODED = {
    PARTICIPANT: re.compile(r"P-[0-9]{2,}"),
    PERSON: re.compile(r"R[0-9]+"),
    IMAGE: re.compile(r"I-[0-9]{4,}"),
}
# What cannot be a word about anybody: codes and numbers, as long as a laboratory writes them.
PLAIN = re.compile(r"[0-9.,<>+-]{1,9}")
OLDEST = 90


def choose_treatment(field, source, *, identifiers=()):
    """Say what becomes of the cells of a field.

    What is not known to be harmless is text, and text is removed.

    Parameters
    ----------
    field : analysis.cleaning.fields.Field
    source : str
        The file.
    identifiers : iterable of str
        Fields that study.yml declares, beside those of the dictionary.
    """
    place = field.place
    if field.name == ID:
        return PARTICIPANT
    if field.identifier or {field.name, field.question} & set(identifiers):
        return DROP
    if source == CAPILLAROSCOPY and field.name in ("image_id", "reader", "event"):
        return {"image_id": IMAGE, "reader": PERSON, "event": KEEP}[field.name]
    column, item = (place.table, place.column), (place.instrument, place.item)
    if column in PERSONS:
        return PERSON
    if column == ("participants", "birth_year"):
        return BIRTH_YEAR
    if column == ("participants", "age"):
        return AGE
    if column in ONSETS:
        return YEAR
    if item in SHARED_DAYS:
        return SHARED_DAY
    if field.kind in ("date", "partial_date", "datetime"):
        return DAY
    if field.kind in ("text", "notes"):
        return KEEP if is_vocabulary(field) else TEXT
    return READABLE


def is_vocabulary(field):
    """Say whether the texts of a field are words of a list."""
    place = field.place
    told = {(place.table, place.column), (place.instrument, place.item)}
    return field.kind in ("text", "notes") and bool(told & VOCABULARY)


def band_age(age, width):
    """Return the age that stands for a band: its middle, and 90 for everybody over 89.

    Parameters
    ----------
    age : int
        Years.
    width : int
        Years of a band; bands begin at its multiples.

    Examples
    --------
    >>> band_age(41, 10), band_age(49, 10), band_age(93, 10)
    (45, 45, 90)
    """
    if age >= OLDEST:
        return OLDEST
    return min(age // width * width + width // 2, OLDEST - 1)
