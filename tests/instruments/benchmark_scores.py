"""Time and memory of scoring and pairing: python tests/instruments/benchmark_scores.py 100 1000.

Each size runs in a process of its own, so that the peak of one is not that of another.
"""

import resource
import subprocess
import sys
import time

from random_items import draw_items

from analysis.instruments import check_scores, make_pairs, score_items
from analysis.study import load_study


def measure(n):
    """Return seconds of each step and the peak of memory in MB for n people, two visits."""
    study, items = load_study(), draw_items(n, seed=1)
    began = time.perf_counter()
    scores = score_items(items, study)
    scored = time.perf_counter()
    make_pairs(scores, items, study)
    paired = time.perf_counter()
    check_scores(scores, items, study)
    checked = time.perf_counter()
    # Linux counts in kB.
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return len(items), scored - began, paired - scored, checked - paired, peak


if __name__ == "__main__":
    sizes = [int(size) for size in sys.argv[1:]]
    if len(sizes) == 1:
        rows, *seconds, peak = measure(sizes[0])
        print(f"{sizes[0]:>7} {rows:>9}", *(f"{s:8.2f}" for s in seconds), f"{peak:8.0f}")
    else:
        print(" people      rows  score s  pairs s  check s  peak MB")
        for size in sizes:
            subprocess.run([sys.executable, __file__, str(size)], check=True)
