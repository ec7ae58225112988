"""Tie Python's compiled files to the content of their source, not to its time stamp."""

import contextlib
import importlib.util
import py_compile

from analysis import paths

HEADER_BYTES = 8
# PEP 552: bit 0 says that a hash is kept in place of the time, bit 1 that it is checked.
CHECKED_HASH = 0b11


def seal_bytecode(folder=paths.ROOT / "analysis"):
    """Compile every module that is not yet compiled so that Python checks its content.

    Otherwise an edit that keeps length and time stamp of a module would run as the old
    code. Python itself keeps to this form when a module changes later.
    """
    for source in folder.rglob("*.py"):
        compiled = importlib.util.cache_from_source(source)
        if not _is_sealed(compiled):
            with contextlib.suppress(OSError):
                py_compile.compile(
                    source,
                    compiled,
                    quiet=2,
                    invalidation_mode=py_compile.PycInvalidationMode.CHECKED_HASH,
                )


def _is_sealed(compiled):
    try:
        with open(compiled, "rb") as file:
            header = file.read(HEADER_BYTES)
    except OSError:
        return False
    return int.from_bytes(header[4:], "little") == CHECKED_HASH
