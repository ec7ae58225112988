"""Show how the time and memory of the cleaning grow with the number of participants.

    python tests/stress/cleaning_scale.py

Figures depend on the machine, so they are printed and kept nowhere.
"""

import multiprocessing
import resource
import sys
import tempfile
import time
from pathlib import Path

from analysis.cleaning import clean_export, read_export
from analysis.demo.export import make_export, write_export
from analysis.study import load_study

SIZES = (100, 1_000, 10_000)
# ru_maxrss counts in kilobytes, on macOS in bytes.
UNIT = 1 if sys.platform == "darwin" else 1024


def measure_cleaning(folder):
    """Return processor seconds and the growth of the peak memory (bytes) of one cleaning."""
    study = load_study()
    begun, before = time.process_time(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    clean_export(read_export(folder), study)
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return time.process_time() - begun, (after - before) * UNIT


def main():
    """Measure every size in a process of its own, and print a table."""
    print(f"{'participants':>12} {'seconds':>9} {'ms each':>9} {'MB':>9} {'kB each':>9}")
    spawn = multiprocessing.get_context("spawn")
    for size in SIZES:
        with tempfile.TemporaryDirectory() as folder:
            write_export(make_export(size, 2016), Path(folder) / "raw")
            with spawn.Pool(1) as pool:
                seconds, memory = pool.apply(measure_cleaning, (Path(folder) / "raw",))
        print(
            f"{size:12} {seconds:9.1f} {1000 * seconds / size:9.2f} {memory / 1e6:9.0f} "
            f"{memory / 1e3 / size:9.1f}",
            flush=True,
        )


if __name__ == "__main__":
    main()
