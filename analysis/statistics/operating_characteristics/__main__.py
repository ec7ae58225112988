"""Command line: simulate the operating characteristics and write their record."""

import argparse
import sys
from pathlib import Path

from analysis import paths
from analysis.command import run_command
from analysis.statistics.operating_characteristics.checkpoint import Checkpoint
from analysis.statistics.operating_characteristics.record import FILE, write_record
from analysis.statistics.operating_characteristics.run import (
    BLOCK_TRIALS,
    connect_scheduler,
    run_scenarios,
)
from analysis.statistics.operating_characteristics.scenarios import list_scenarios


def main(arguments=None):
    """Run the command line and return its exit code."""
    return run_command(_simulate, _read_options(arguments))


def _simulate(options):
    checkpoint = Checkpoint(options.cache, seed=options.seed, block_trials=BLOCK_TRIALS)
    try:
        with connect_scheduler(options.scheduler):
            table = run_scenarios(
                list_scenarios(),
                trials=options.trials,
                seed=options.seed,
                checkpoint=checkpoint,
                jobs=options.jobs,
                report=_show_progress,
            )
    except KeyboardInterrupt:
        print("\nThe same command goes on after the finished blocks.", file=sys.stderr)
        raise
    print(write_record(table, options.out))
    checkpoint.remove()


def _read_options(arguments):
    parser = argparse.ArgumentParser(
        prog="python -m analysis.statistics.operating_characteristics",
        description="Simulate size, power and interval coverage of this design.",
    )
    parser.add_argument(
        "--trials",
        type=int,
        default=200_000,
        help=f"trials per scenario, a multiple of {BLOCK_TRIALS}; by default %(default)s",
    )
    parser.add_argument("--seed", type=int, default=2016)
    parser.add_argument("--jobs", type=int, default=-1, help="processes; -1 for all cores")
    parser.add_argument("--scheduler", default="", help="address of a Dask scheduler")
    parser.add_argument("--out", type=Path, default=FILE, help="the record, a CSV")
    parser.add_argument(
        "--cache",
        type=Path,
        default=paths.Outputs().state,
        help="folder for the finished blocks of an interrupted run",
    )
    return parser.parse_args(arguments)


def _show_progress(done, total):
    if sys.stderr.isatty():
        end = "\n" if done == total else ""
        print(f"\r{done} of {total} blocks", end=end, file=sys.stderr, flush=True)
    elif done == total:
        print(f"{total} blocks", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
