"""``python -m analysis.demo``: write a simulated export."""

import argparse
import sys
from pathlib import Path

from analysis.command import run_command


def main(arguments=None):
    """Write a simulated export and return the exit code (0 as asked, 2 wrong use)."""
    parser = argparse.ArgumentParser(
        prog="python -m analysis.demo",
        description="Write a simulated export: invented people, planted faults.",
    )
    parser.add_argument("--participants", type=int, default=7, help="7 to 10000 (default: 7)")
    parser.add_argument("--seed", type=int, default=2016, help="default: 2016")
    parser.add_argument("--faults", choices=("planted", "none"), default="planted")
    parser.add_argument("--out", type=Path, required=True, help="folder to write into")
    asked = parser.parse_args(arguments)
    return run_command(_write, asked)


def _write(asked):
    from analysis.demo.export import make_export, write_export

    export = make_export(asked.participants, asked.seed, faults=asked.faults)
    write_export(export, asked.out)


if __name__ == "__main__":
    sys.exit(main())
