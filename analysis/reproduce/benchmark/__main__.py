"""python -m analysis.reproduce.benchmark: measure, and put the figures on record."""

import functools
import sys

from analysis import paths
from analysis.command import run_command
from analysis.reproduce.benchmark.page import format_page, write_figures
from analysis.reproduce.benchmark.rounds import measure_run
from analysis.reproduce.review.evidence import FOLDER


def main():
    """Measure, write report/record/benchmark.json and benchmark.md, and show the page."""
    figures = measure_run(tell=functools.partial(print, flush=True))
    page = write_figures(figures, paths.ROOT / FOLDER)
    print(format_page(figures))
    print(f"Written: {page.relative_to(paths.ROOT)}")


if __name__ == "__main__":
    sys.exit(run_command(main))
