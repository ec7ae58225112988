"""Rewrite the cells of an export, so that they may be published."""

import re
from dataclasses import dataclass

from analysis.cleaning.intercurrent import HAND_PROCEDURE, INFECTION, OF_THE_HAND
from analysis.release import policy
from analysis.release.people import Names
from analysis.release.reading import STAND_INS
from analysis.release.shift import Shift
from analysis.release.source import Source

_WORDS = re.compile(f"(?i){INFECTION}|{OF_THE_HAND}|{HAND_PROCEDURE}")
# A year that no dictionary allows.
_NO_YEAR = "0"


@dataclass(frozen=True)
class Rewriter:
    """What turns a cell into one that may be published.

    Parameters
    ----------
    source
        The real export.
    names
        New names of participants, staff and images.
    shifts
        By participant.
    consent
        Day of consent by participant.
    """

    source: Source
    names: Names
    shifts: dict[str, Shift]
    consent: dict

    def rewrite(self, file, column, raw, participant):
        """Return what stands in place of a cell; the same cell always gives the same.

        Parameters
        ----------
        file, column : str
        raw : str
            The cell as received.
        participant : str
            Whose it is, as the source spells it.
        """
        treatment = self.source.treatment(file, column)
        if not raw or treatment in (policy.DROP, policy.SHARED_DAY):
            return ""
        if treatment == policy.KEEP:
            return raw
        if treatment == policy.PARTICIPANT:
            return self.names.participants.get(raw, policy.REMOVED)
        if treatment == policy.IMAGE:
            return self.names.images.get(raw, policy.REMOVED)
        reading = self.source.readings[file, column][raw]
        if reading.is_missing_code:
            return raw
        if treatment == policy.TEXT:
            return remove_text(raw)
        if treatment == policy.PERSON:
            return self.names.persons[reading.clean]
        shift = self.shifts[participant]
        if treatment == policy.DAY:
            stand_in = STAND_INS.get(reading.rule, policy.REMOVED)
            return shift.apply(reading.clean) if reading.clean else stand_in
        if treatment in (policy.YEAR, policy.BIRTH_YEAR):
            return self._rewrite_year(reading, treatment, participant)
        if treatment == policy.AGE and reading.clean:
            return str(self._band(int(float(reading.clean))))
        return raw if reading.is_readable else policy.REMOVED

    def _rewrite_year(self, reading, treatment, participant):
        """Keep the years that lie between it and the consent; those of an age are banded."""
        if not reading.clean:
            return _NO_YEAR if policy.PLAIN.fullmatch(reading.raw) else policy.REMOVED
        year, shift = int(reading.clean), self.shifts[participant]
        before = self.consent.get(participant)
        # Without a date of consent the cleaning counts no age; a band is kept all the same.
        after = int(shift.apply(before.isoformat())[:4]) if before else year + shift.years
        if treatment == policy.YEAR:
            return str(year - before.year + after if before else after)
        if not before:
            width = self.source.study.publication.age_band_years.value
            return str(after // width * width)
        return str(after - self._band(before.year - year))

    def _band(self, age):
        return policy.band_age(age, self.source.study.publication.age_band_years.value)


def remove_text(text):
    """Return what is left of a free text: that there was one, and words that a rule looks for.

    Examples
    --------
    >>> remove_text("Infected nail, seen by her sister")
    '[removed] infect nail'
    """
    words = dict.fromkeys(word.casefold() for word in _WORDS.findall(text))
    return " ".join([policy.REMOVED, *words])


def shift_limit(text, *, years):
    """Return a limit of a year in the dictionary, moved as the years are and wide enough.

    Parameters
    ----------
    text : str
        The year; whatever else stands there stays.
    years : int
        By how many the years move, and the width of a band beside it, with its sign.
    """
    return str(int(text) + years) if text.strip().isdigit() else text
