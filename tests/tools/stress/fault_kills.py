"""Kill runs, one after the other, at random moments or while they publish."""

import time

from checkout import finish

from stress.fault_bench import Outcome
from stress.processes import kill_group, kill_part, wait_for_processes

# Make, runners and their programs at once ("group"); the kernels too, which have separate sessions
# ("everything"); or a single process.
PARTS = ("group", "group", "everything", "make", "runner")
MOST = 10
# A kernel checks once a second whether its runner still exists.
ORPHAN_SECONDS = 30


def kill_runs(bench, rng, *, fresh=False, part="", kills=0):
    """Make something outdated, kill the runs that would update it, then let one run to its end.

    After each kill every published file is checked. If a run ends before it is killed, something
    else is made outdated. A `fresh` case begins with nothing published at all, and kills fewer
    runs; what is killed, and how often, is chosen at random by default.
    """
    edits = fresh or rng.random() < 0.4
    name = bench.outdate(rng, edits=edits)
    if fresh:
        bench.checkout.make("clean")
    span = "all" if fresh else "some" if edits else "little"
    part = part or rng.choice(PARTS)
    kind = "kernel vanished" if part == "kernel" else "killed"
    outcome = Outcome(kind, f"{part} killed ({'all of ' * fresh}{name})", faults=0)
    kills = kills or rng.randint(1, MOST // 3 if fresh else MOST)
    while outcome.faults < kills and not outcome.wrong:
        struck, wrong = _kill_run(bench, rng, part, bench.spans[span])
        outcome.wrong += wrong
        outcome.faults += struck
        if not struck:
            bench.spans[span] *= 0.8
            span = "little"
            bench.outdate(rng, edits=False)
        outcome.wrong += bench.find_believed()
    outcome.wrong += bench.recover(span)
    return outcome


def _kill_run(bench, rng, part, span):
    """Start a run and kill it; return True if anything was killed, and what was wrong then."""
    checkout = bench.checkout
    jobs = rng.choice(([], ["-j2"]))
    at_publishing = rng.random() < 0.3
    moment = rng.uniform(0, span)
    began = time.monotonic()
    before = _look(bench)
    run = checkout.start(*jobs, *checkout.goal)
    while run.poll() is None:
        if at_publishing and _look(bench) != before:
            time.sleep(rng.uniform(0, 0.05))
            break
        if not at_publishing and time.monotonic() - began > moment:
            break
        time.sleep(0.002)
    struck = run.poll() is None
    while struck and part != "group" and not kill_part(run, part, rng):
        # There is no such process at this moment: wait for the next one.
        time.sleep(0.02)
        struck = run.poll() is None
    if struck and part == "group":
        kill_group(run)
    code, output = finish(run)
    wrong = ["a traceback was shown: " + output[-800:]] if "Traceback" in output else []
    if part == "kernel" and struck and code and "Error 1" not in output and "Error 3" not in output:
        wrong.append(f"a vanished kernel is not told: {output[-300:]}")
    seconds = ORPHAN_SECONDS if part != "make" else 300
    return struck, wrong + wait_for_processes(checkout.root, seconds)


def _look(bench):
    """Return the inodes of the published files, a cheap way to see changes."""
    seen = []
    for file in bench.expected[bench.edit]:
        try:
            seen.append((bench.checkout.root / file).stat().st_ino)
        except OSError:
            seen.append(0)
    return seen
