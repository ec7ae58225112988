"""Declare commands, and end each with one line that says what happened, even if interrupted.

It imports little: before its import is complete, an interrupt ends in Python's traceback.
"""

import errno
import os
import signal
import sys
import threading
from collections.abc import Callable
from typing import Any

from analysis.errors import AnalysisError

Function = Callable[..., int | None]
Argument = tuple[tuple[str, ...], dict[str, Any]]
COMMANDS: dict[str, tuple[Function, tuple[Argument, ...]]] = {}
FREE_MEMORY = "Close other programs, or run one notebook at a time (make -j1), and try again"
_NO_MEMORY = (
    f"this machine has not enough memory. What is half written does not count. {FREE_MEMORY}."
)
CUT_OFF = (
    "a compiled file of Python was cut off, perhaps by a full disk. Those of analysis/ are removed "
    "now: run the same command again. If it comes back, remove .venv, and run `make setup`"
)
# No system allows fewer files by default; no file of a run is larger.
_LEAST_FILES, _LEAST_BYTES = 200, 2**28
# With less, the libraries for numbers end a process themselves, or wait without an end.
_LEAST_MEMORY = 2**30
_ALLOW_MORE = "Allow more (ulimit -n 1024), and try again."
_ALLOW_LARGER = "Allow larger ones (ulimit -f unlimited), and try again."
_ALLOW_MEMORY = "Allow more (ulimit -v unlimited), and try again."
INTERRUPTED = "Interrupted. What is half done does not count: run the same command again."


def argument(*names: str, **details: Any) -> Argument:
    """Describe one argument of a command, in the terms of argparse."""
    return names, details


def flag(name: str, about: str) -> Argument:
    """Describe an argument that is 1 or empty, as Make passes it."""
    return (name,), {"default": "", "choices": ("", "1"), "help": f"1: {about}"}


def command(*arguments: Argument) -> Callable[[Function], Function]:
    """Register a function as a command: its name names the command, its docstring is the help."""

    def add(function: Function) -> Function:
        COMMANDS[function.__name__.strip("_").replace("_", "-")] = (function, arguments)
        return function

    return add


def parse_options(
    arguments: list[str] | None, *, program: str = "python -m analysis"
) -> tuple[Function, dict[str, Any]]:
    """Return the function of the requested command, and its arguments by name."""
    import argparse

    parser = argparse.ArgumentParser(prog=program)
    commands = parser.add_subparsers(required=True, metavar="COMMAND", dest="command")
    for name, (function, wanted) in COMMANDS.items():
        about = function.__doc__
        parsed = commands.add_parser(name, help=about, description=about)
        for names, details in wanted:
            parsed.add_argument(*names, **details)
    options = vars(parser.parse_args(arguments))
    return COMMANDS[options.pop("command")][0], options


def answer_early_interrupts() -> None:
    """End the process with the usual message on an interrupt, until a command takes over.

    While packages are imported, Python would print a traceback of the current import; the
    system's default would print nothing, and Make does not always print anything either.
    """
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, _end_early)
        sys.unraisablehook = _repeat_interrupt


def run_command(command: Callable[..., int | None], *arguments: object) -> int:
    """Call a command, and return its exit code.

    Returns
    -------
    0, or what the command returns; 1, 2 or 3 by the error that was raised; 3 if the machine
    failed, as with a full disk; 130 when interrupted. The error goes to standard error.
    """
    if signal.getsignal(signal.SIGINT) is _end_early:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        # A notebook would fail later with a misleading error, or wait for ever.
        if obstacle := _find_limit() or _find_shadow():
            return _end(f"Error: {obstacle}", 3)
        return command(*arguments) or 0
    except AnalysisError as error:
        return _end(f"Error: {error}", error.exit_code)
    except SyntaxError as error:
        place = f"{os.path.relpath(error.filename or '')}:{error.lineno}"
        return _end(f"Error: {place}: this is not valid Python: {(error.text or '').strip()}", 1)
    except KeyboardInterrupt:
        return _end(INTERRUPTED, 130)
    except BrokenPipeError:
        # The reader closed the pipe, as in `... | head`; nothing is left to flush.
        sys.stdout = None
        return 0
    except OSError as error:
        return _end(f"Error: {_describe(error)}", 3)
    except MemoryError:
        return _end(f"Error: {_NO_MEMORY}", 3)
    except (ImportError, AttributeError) as error:
        shadow = _find_shadow(whole=True)
        if not shadow and not isinstance(error, ImportError):
            raise
        cause = shadow or "a package is missing or damaged: run `make setup`, and try again."
        return _end(f"Error: {' '.join(str(error).split())}: {cause}", 3)
    except Exception as error:
        if is_cut_off(str(error)):
            return _end(f"Error: {CUT_OFF}.", 3)
        # The messaging library of the notebooks raises other classes with the system's errno.
        number = getattr(error, "errno", None)
        if number not in (errno.EMFILE, errno.ENFILE):
            raise
        return _end(f"Error: {_describe(OSError(number, os.strerror(number)))}", 3)


def _find_limit() -> str:
    """Return a message if this shell allows too little of anything; "" if it is enough.

    Where a file may not grow, Python writes half a compiled file without noticing.
    """
    import resource

    limits = (
        (resource.RLIMIT_NOFILE, _LEAST_FILES, "open files", _ALLOW_MORE),
        (resource.RLIMIT_FSIZE, _LEAST_BYTES, "bytes in a file", _ALLOW_LARGER),
        (resource.RLIMIT_AS, _LEAST_MEMORY, "bytes of memory", _ALLOW_MEMORY),
    )
    for limit, least, what, remedy in limits:
        allowed = resource.getrlimit(limit)[0]
        if allowed != resource.RLIM_INFINITY and allowed < least:
            return f"this shell allows only {allowed} {what}. {remedy}"
    return ""


def is_cut_off(error: str) -> bool:
    """Return whether an error is that of half a compiled file, and remove those of analysis/."""
    if "marshal data too short" not in error:
        return False
    import shutil
    from pathlib import Path

    for folder in Path(__file__).parent.rglob("__pycache__"):
        shutil.rmtree(folder, ignore_errors=True)
    return True


def _find_shadow(*, whole: bool = False) -> str:
    """Return a message if a file in this folder shadows a package; "" if none does.

    `whole` includes the standard library, whose names a harmless file may have by chance.
    """
    names = sorted(name for name in os.listdir() if name.endswith(".py"))
    if not names:
        return ""
    from importlib.metadata import packages_distributions

    parts = {*sys.stdlib_module_names, "test"}
    packages = {*packages_distributions()} - parts | (parts if whole else set())
    shadow = next((name for name in names if name.removesuffix(".py") in packages), "")
    what = f"{shadow} in this folder is read in place of the package"
    return f"{what}. Rename it, and try again." if shadow else ""


def _repeat_interrupt(lost: "sys.UnraisableHookArgs") -> None:
    """Send an interrupt again if it came where Python could only print and ignore it."""
    if lost.exc_type is KeyboardInterrupt:
        threading.Timer(0.01, os.kill, [os.getpid(), signal.SIGINT]).start()
    else:
        sys.__unraisablehook__(lost)


def _end_early(number: int, frame: object) -> None:
    os.write(2, f"{INTERRUPTED}\n".encode())
    # End by the signal itself, so that a shell or Make stops as well.
    signal.signal(number, signal.SIG_DFL)
    os.kill(os.getpid(), number)


def _describe(error: OSError) -> str:
    """Return what failed on this machine, where, and what to do."""
    from pathlib import Path

    place = error.filename2 or error.filename or ""
    if isinstance(error, IsADirectoryError):
        return f"{place}: there is a folder where a file has to be. Move it away, and try again."
    if isinstance(error, FileExistsError | NotADirectoryError):
        above = (path for path in (Path(place), *Path(place).parents) if path.exists())
        return f"{next(above, place)}: this has to be a folder. Move it away, and try again."
    where = f" ({place})" if place else ""
    if error.errno in (errno.EMFILE, errno.ENFILE):
        return f"{error.strerror}{where}. {_ALLOW_MORE}"
    return (
        f"{error.strerror or error}{where}. What is half written does not count:"
        " make room or give access, and try again."
    )


def _end(message: str, code: int) -> int:
    print(message, file=sys.stderr, flush=True)
    return code
