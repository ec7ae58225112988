"""End a command so that its last line says what happened, whatever happened."""

import sys
from pathlib import Path

from analysis.errors import AnalysisError
from analysis.interrupts import SENTENCE, take_over

INTERRUPTED = 130
MISSING = 3


def run_command(command, *arguments):
    """Call a command, and return its exit code.

    Parameters
    ----------
    command : callable
        Its own return value is the exit code; None is 0.
    arguments
        For the command.

    Returns
    -------
    int
        0 as asked; 1, 2 or 3 as the error says that was raised; 3 if the machine refused, as
        with a full disk; 130 when interrupted. The error stands on standard error.
    """
    take_over()
    try:
        return command(*arguments) or 0
    except AnalysisError as error:
        return _end(f"Error: {error}", error.exit_code)
    except KeyboardInterrupt:
        return _end(SENTENCE, INTERRUPTED)
    except BrokenPipeError:
        # The reader has seen enough, as in `... | head`; nothing is left to be flushed.
        sys.stdout = None
        return 0
    except OSError as error:
        return _end(f"Error: {_describe(error)}", MISSING)


def _describe(error):
    """Return what the machine refused, where, and what to do."""
    place = error.filename2 or error.filename or ""
    if isinstance(error, IsADirectoryError):
        return f"{place}: a folder lies where a file has to be. Move it away, and try again."
    if isinstance(error, FileExistsError | NotADirectoryError):
        above = (path for path in (Path(place), *Path(place).parents) if path.exists())
        return f"{next(above, place)}: no folder, as it has to be. Move it away, and try again."
    where = f" ({place})" if place else ""
    return (
        f"{error.strerror or error}{where}. What is half written does not count:"
        " make room or give access, and try again."
    )


def _end(message, code):
    print(message, file=sys.stderr, flush=True)
    return code
