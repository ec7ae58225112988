"""A wrong clock: files from the future or from long ago, runs in 2037 or in 2001."""

import os
import shutil
import time

from stress.fault_bench import Outcome

YEAR = 365 * 24 * 3600
TIMES = ("2037-12-31 23:59:00", "2001-01-01 00:00:00")


def may_turn():
    """Return True if a program can be run at another time on this machine."""
    return shutil.which("faketime") is not None


def date_files(bench, rng, *, outdated=True):
    """Give all files times long ago or in the future, as after a clock was set."""
    name = bench.outdate(rng, edits=True) if outdated else "nothing"
    now, root = time.time(), bench.checkout.root
    spread = rng.choice(("in the future", "long ago", "in disorder"))
    for folder, folders, files in os.walk(root):
        folders[:] = [each for each in folders if each not in (".venv", "__pycache__")]
        for file in files:
            shift = {"in the future": YEAR, "long ago": -YEAR}.get(spread, rng.uniform(-YEAR, YEAR))
            os.utime(os.path.join(folder, file), (now + shift, now + shift), follow_symlinks=False)
    outcome = Outcome("clock set back", f"times {spread}, {name} changed")
    # Nothing is checked before the run: `make why` would put the times in order.
    outcome.wrong += bench.recover()
    outcome.wrong += _find_restless(bench)
    return outcome


def turn_clock(bench, rng, *, when=""):
    """Run with the clock set ahead or back, and again, after a change, with the right clock.

    The files have the time of the disk, as on a file server with a different clock.
    """
    when, name = when or rng.choice(TIMES), bench.outdate(rng, edits=True)
    outcome = Outcome("clock turned", f"a run of {when[:4]} ({name})")
    code, output = bench.checkout.run(*bench.checkout.goal, before=("faketime", when))
    outcome.wrong += [f"it ended with {code}: {output[-500:]}"] if code else []
    outcome.wrong += bench.find_differences(output)
    bench.outdate(rng, edits=True)
    outcome.wrong += bench.find_believed()
    outcome.wrong += bench.recover()
    outcome.wrong += _find_restless(bench)
    return outcome


def _find_restless(bench):
    """Return a message if another run finds something to do."""
    code, output = bench.checkout.run(*bench.checkout.goal)
    if not code and " done in " not in output:
        return []
    return [f"a second run found something to do ({code}): {output[-300:]}"]
