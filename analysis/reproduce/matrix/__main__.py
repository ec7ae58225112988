"""python -m analysis.reproduce.matrix: run the matrix and record what came of it."""

import functools
import sys

from analysis import paths
from analysis.command import run_command
from analysis.reproduce.matrix.page import write_page
from analysis.reproduce.matrix.run import run_matrix
from analysis.reproduce.review.evidence import FOLDER


def main():
    """Run all cells, write the record, and return 0 if nothing differs, else 1."""
    outcomes, absent, reference = run_matrix(tell=functools.partial(print, flush=True))
    path = write_page(outcomes, absent, reference, paths.ROOT / FOLDER)
    differing = sum(bool(outcome.differing) for outcome in outcomes)
    print(f"{len(outcomes)} runs, {differing} differ, {len(absent)} not run: {path}")
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(run_command(main))
