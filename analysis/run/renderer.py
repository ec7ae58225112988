"""Which renderer turns the report's words into documents on this machine."""

from analysis.errors import MissingError, UsageError
from analysis.reporting.quarto import name_quarto

CHOICES = ("auto", "quarto", "builtin")


def choose_renderer(choice):
    """Return the renderer that a choice comes to, and its name with its version.

    Parameters
    ----------
    choice : str
        ``auto`` takes a Quarto of the supported version on PATH, else the built-in renderer,
        whose version the lock holds.

    Returns
    -------
    (str, str)
        ``quarto`` or ``builtin``, and what it is called.

    Raises
    ------
    UsageError, MissingError
        There is no such renderer; Quarto is asked for and not there.
    """
    if choice not in CHOICES:
        raise UsageError(
            f"{choice!r} is no renderer", hint=f"Set RENDERER= to one of {', '.join(CHOICES)}"
        )
    if choice != "builtin":
        try:
            return "quarto", name_quarto()
        except MissingError:
            if choice == "quarto":
                raise
    return "builtin", "the built-in renderer"
