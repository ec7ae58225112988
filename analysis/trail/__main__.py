"""python -m analysis.trail explain RESULT_ID: where a printed number comes from."""

import argparse
import sys
from pathlib import Path

from analysis.command import run_command
from analysis.paths import RAW, Outputs


def main(arguments=None):
    """Print a trail and return the exit code: 0, 1 wrong data, 2 unknown id, 3 nothing there."""
    return run_command(_explain, _make_parser().parse_args(arguments))


def _explain(options):
    from analysis.trail.trial import load

    processed = Outputs(Path(options.out).resolve()).processed
    trial = load(processed, raw=Path(options.raw).resolve())
    print(trial.explain(options.result_id, participant=options.participant))


def _make_parser():
    parser = argparse.ArgumentParser(prog="python -m analysis.trail", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="command")
    explain = commands.add_parser("explain", help="follow a result back to the raw cells")
    explain.add_argument("result_id", help="as in results.csv, like efficacy.hand_mrss.hl")
    explain.add_argument("--participant", default="", help="the rows of one participant only")
    explain.add_argument("--out", default=".", help="root of the run, as OUT in make")
    explain.add_argument("--raw", default=str(RAW), help="the export that it was made from")
    return parser


if __name__ == "__main__":
    sys.exit(main())
