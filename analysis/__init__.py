"""Analysis of a seven-participant trial: clean, score, compare, report.

``from analysis import load; trial = load()`` opens the tables of a run.
"""

import importlib
import signal
import sys

# Python says so while it looks for the module of `python -m analysis...`. Until that command takes
# over (analysis.command), an interrupt ends it without the traceback of whatever is imported then.
if sys.argv[:1] == ["-m"] and signal.getsignal(signal.SIGINT) is signal.default_int_handler:
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def __getattr__(name):
    if name != "load":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    # Named in parts: a notebook that imports the package does not depend on the trail.
    return importlib.import_module(f"{__name__}.trail.trial").load


def __dir__():
    return sorted([*globals(), "load"])
