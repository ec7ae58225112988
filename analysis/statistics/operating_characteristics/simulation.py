"""Simulate the operating characteristics anew, and write their record."""

import sys

from analysis.statistics.operating_characteristics.checkpoint import Checkpoint
from analysis.statistics.operating_characteristics.record import FILE, write_record
from analysis.statistics.operating_characteristics.run import (
    BLOCK_TRIALS,
    connect_scheduler,
    run_scenarios,
)
from analysis.statistics.operating_characteristics.scenarios import list_scenarios


def renew_record(*, trials, seed, jobs, scheduler, out, cache):
    """Simulate every scenario, write the record and print where it lies.

    Parameters
    ----------
    trials : int
        Per scenario, a multiple of 20 000.
    seed : int
    jobs : int
        Processes; -1 for all cores.
    scheduler : str
        Address of a Dask scheduler; empty for this machine.
    out : pathlib.Path or None
        The record, a CSV; by default the project's.
    cache : pathlib.Path
        Folder for the finished blocks of an interrupted run.
    """
    checkpoint = Checkpoint(cache, seed=seed, block_trials=BLOCK_TRIALS)
    try:
        with connect_scheduler(scheduler):
            table = run_scenarios(
                list_scenarios(),
                trials=trials,
                seed=seed,
                checkpoint=checkpoint,
                jobs=jobs,
                report=_show_progress,
            )
    except KeyboardInterrupt:
        print("\nThe same command goes on after the finished blocks.", file=sys.stderr)
        raise
    print(write_record(table, out or FILE))
    checkpoint.remove()


def _show_progress(done, total):
    if sys.stderr.isatty():
        end = "\n" if done == total else ""
        print(f"\r{done} of {total} blocks", end=end, file=sys.stderr, flush=True)
    elif done == total:
        print(f"{total} blocks", file=sys.stderr)
