"""python tests/tools COMMAND: measure this repository, and stress it."""

import functools
import os
import sys
from pathlib import Path

from analysis.command import argument, command, parse_options, run_command

RECORD = Path(__file__).resolve().parents[2] / "report" / "record"
TESTS = Path(__file__).resolve().parents[1]


# Each imports what it needs: an interrupt during the import has to end cleanly as well.
@command()
def _benchmark():
    """Measure how long an analyst waits, and put it on record; 1 if a floor does not hold."""
    from benchmark.page import find_broken_floors, format_page, write_figures
    from benchmark.rounds import measure_run

    figures = measure_run(tell=functools.partial(print, flush=True))
    page = write_figures(figures, RECORD)
    print(format_page(figures))
    print(f"Written: {page}")
    return 1 if find_broken_floors(figures) else 0


@command()
def _matrix():
    """Run everything under other surroundings; 1 if anything differs."""
    import matrix.run
    from matrix.page import write_page

    outcomes, absent, reference = matrix.run.run_matrix(tell=functools.partial(print, flush=True))
    path = write_page(outcomes, absent, reference, RECORD)
    differing = sum(bool(outcome.differing) for outcome in outcomes)
    print(f"{len(outcomes)} runs, {differing} differ, {len(absent)} not run: {path}")
    return 1 if differing else 0


@command()
def _stress():
    """Corrupt exports, report other exports, then hurt runs; the worst exit code."""
    import pytest
    from stress.cleaning_stress import stress_cleaning
    from stress.fault_stress import stress_runs

    os.environ["MORE_EXPORTS"] = "yes"
    cleaned = stress_cleaning(RECORD)
    tested = pytest.main([str(TESTS), "-m", "slow"])
    if tested == pytest.ExitCode.INTERRUPTED:
        raise KeyboardInterrupt
    return max(cleaned, tested, stress_runs(RECORD))


@command(
    argument("--kills", type=int, default=200, help="at least so many"),
    argument("--seed", type=int, default=1),
    argument("--record", type=Path, default=RECORD, help="a folder"),
)
def _faults(kills, seed, record):
    """Hurt runs only; 1 if one is not recovered from."""
    from stress.fault_stress import stress_runs

    return stress_runs(record, kills=kills, seed=seed)


@command()
def _files():
    """List the files whose code a value passes on its way to Table 3; 1 if they are too many."""
    from count_files import MOST, count_files, format_files

    files = count_files()
    print(format_files(files))
    return 1 if sum(map(len, files.values())) > MOST else 0


@command()
def _pages():
    """Check the pages of report/_output as they would be published; 1 if one is not fit for it."""
    from check_pages import check_pages

    wrong = check_pages(RECORD.parent / "_output")
    fit = "The pages may be published: no dead link, all marked as simulated."
    print(*wrong or [fit], sep="\n")
    return 1 if wrong else 0


@command()
def _pictures():
    """Make the pictures of report/preview anew from the run in this checkout."""
    from gallery import make_pictures

    make_pictures(functools.partial(print, flush=True))


def main(arguments=None):
    return run_command(_main, arguments)


def _main(arguments):
    function, options = parse_options(arguments, program="python tests/tools")
    return function(**options)


if __name__ == "__main__":
    sys.exit(main())
