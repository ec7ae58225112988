"""The second half of ``make stress``: damage runs in every way at hand and report the outcome.

It ends with 1 if anything wrong ever counted as valid, if a run did not recover, or if it stopped
without advice.
"""

import os
import platform
import queue
import random
import tempfile
import threading
from functools import partial
from pathlib import Path

from checkout import clone_checkout, copy_checkout

from stress.fault_bench import Bench, Outcome, learn_expected
from stress.fault_clock import date_files, may_turn, turn_clock
from stress.fault_files import NOTES, PUBLISHED, WAYS, spoil_file
from stress.fault_kills import kill_runs
from stress.fault_places import (
    fill_disk,
    forbid_writing,
    limit_files,
    may_mount,
    run_twice,
    take_rights,
)
from stress.fault_record import write_record
from stress.fault_setup import kill_setup
from stress.processes import adopt_orphans, end_processes


def stress_runs(record, *, kills=200, seed=1, workers=2):
    """Run all cases, write the record into a folder, and return the exit code.

    At least `kills` runs are killed; `workers` run in parallel.
    """
    # This process adopts orphaned processes, as a session manager does.
    adopt_orphans()
    with tempfile.TemporaryDirectory(prefix="faults-", ignore_cleanup_errors=True) as folder:
        try:
            benches = _make_benches(Path(folder), workers)
            outcomes = _run_cases(benches, list_cases(seed), seed, kills)
        finally:
            end_processes(Path(folder))
    conditions = {
        "seed": seed,
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores",
        "mounts": may_mount(),
        "clock": may_turn(),
    }
    # Messages name paths below a folder that is gone; the record must not contain such paths.
    for outcome in outcomes:
        outcome.wrong = [text.replace(f"{folder}/", "") for text in outcome.wrong]
    write_record(outcomes, conditions, record)
    wrong = sum(bool(outcome.wrong) for outcome in outcomes)
    print(f"{len(outcomes)} cases, {wrong} of them wrong: {record / 'faults.md'}")
    return 1 if wrong else 0


def list_cases(seed):
    """Return all cases except the kills: functions of a bench and a random generator.

    The list depends only on the seed and the machine: root can mount disks, and faketime sets the
    clock.
    """
    rng = random.Random(seed)
    files = [(file, way) for file in NOTES for way in rng.sample(WAYS, 4)]
    files += [(file, way) for file in PUBLISHED for way in rng.sample(WAYS, 2)]
    cases = [partial(spoil_file, file=file, way=way) for file, way in files]
    cases += [limit_files] * 6 + [run_twice] * 3 + [partial(run_twice, killed=True)] * 3
    cases += [date_files] * 3 + [partial(date_files, outdated=False)] * 3
    cases += [turn_clock] * (4 if may_turn() else 0)
    cases += [partial(kill_runs, part="kernel")] * 3 + [partial(kill_runs, fresh=True)] * 8
    cases += [kill_setup] * 3
    if may_mount():
        cases += [fill_disk] * 6 + [forbid_writing] * 3
    elif os.geteuid():
        cases += [take_rights] * 3
    return rng.sample(cases, len(cases))


def _run_cases(benches, cases, seed, kills):
    """Distribute the cases to the benches, with kills in between until there are enough."""
    waiting, outcomes, lock = queue.SimpleQueue(), [], threading.Lock()
    for number, case in enumerate(cases):
        waiting.put((number, case))
    numbers = iter(range(len(cases), 10**6))

    def take():
        with lock:
            if sum(each.faults for each in outcomes if each.kind == "killed") < kills:
                yield next(numbers), kill_runs
        if not waiting.empty():
            yield waiting.get()

    def work(bench):
        while taken := list(take()):
            for number, case in taken:
                outcome = _try_case(bench, number, case, seed)
                with lock:
                    outcomes.append(outcome)
                    _tell(outcome, len(outcomes), outcomes)

    threads = [threading.Thread(target=work, args=(bench,), daemon=True) for bench in benches]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


def _try_case(bench, number, case, seed):
    """Run a case; if it went wrong, the bench gets a sound checkout for the next one."""
    try:
        outcome = case(bench, random.Random(f"{seed} {number}"))
    except Exception as error:
        outcome = Outcome("harness", repr(case), wrong=[f"the case itself failed: {error!r}"])
    if outcome.wrong:
        bench.renew()
    return outcome


def _tell(outcome, count, outcomes):
    kills = sum(each.faults for each in outcomes if each.kind == "killed")
    state = f"WRONG {outcome.wrong}" if outcome.wrong else outcome.ended
    print(f"{count} ({kills} kills) {outcome.kind}: {outcome.case}: {state}", flush=True)


def _make_benches(folder, count):
    source = copy_checkout(folder / "source")
    first = clone_checkout(source, folder / "sound")
    learned = learn_expected(first, source.root)
    return [
        Bench(clone_checkout(first, folder / f"bench {n}"), first, source.root, *learned)
        for n in range(count)
    ]
