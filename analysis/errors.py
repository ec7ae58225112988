"""The project's own errors: what is wrong, where, and what to do next."""

from collections.abc import Iterable


class AnalysisError(Exception):
    """Base of every error that a user is meant to read.

    Parameters
    ----------
    problem
        What is wrong, one sentence without a full stop.
    hint
        What to do next, one sentence.
    file, line, participant, visit, field
        Where it is wrong, as far as is known.

    Attributes
    ----------
    exit_code : int
        Exit code of ``python -m analysis``: 1 the data or the results are wrong, 2 wrong use,
        3 something needed is missing.
    """

    exit_code = 1

    def __init__(
        self,
        problem: str,
        *,
        hint: str = "",
        file: object = "",
        line: int | None = None,
        participant: str = "",
        visit: str = "",
        field: str = "",
    ) -> None:
        self.problem = problem
        self.hint = hint
        self.file = str(file)
        self.line = line
        self.participant = participant
        self.visit = visit
        self.field = field
        super().__init__(str(self))

    def __str__(self) -> str:
        place = [f"{self.file}:{self.line}" if self.line else self.file]
        place += [
            f"{name} {value}"
            for name, value in (
                ("participant", self.participant),
                ("visit", self.visit),
                ("field", self.field),
            )
            if value
        ]
        where = ", ".join(part for part in place if part)
        sentence = f"{where}: {self.problem}." if where else f"{self.problem}."
        return f"{sentence} {self.hint}." if self.hint else sentence


class DataError(AnalysisError):
    """The data, the study file or the results are wrong or differ (exit 1)."""


class UsageError(AnalysisError):
    """A command or a function was used wrongly (exit 2)."""

    exit_code = 2


class MissingError(AnalysisError):
    """Something needed is missing (exit 3); the hint explains how to get it."""

    exit_code = 3


def suggest_name(name: str, known: Iterable[str], *, otherwise: str = "") -> str:
    """Return the hint for an unknown name: the nearest known one, or all of them.

    `otherwise` replaces the list of all as the hint if none is near.

    Examples
    --------
    >>> suggest_name("vist", ["visit", "score"]), suggest_name("p", ["visit", "score"])
    ('Did you mean visit', 'Known: visit, score')
    """
    import difflib

    known = list(known)
    near = difflib.get_close_matches(name, known, n=1)
    return f"Did you mean {near[0]}" if near else otherwise or f"Known: {', '.join(known)}"
