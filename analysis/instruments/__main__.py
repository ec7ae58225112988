"""python -m analysis.instruments [NAME]: the catalogue, or one instrument's card."""

import argparse
import sys

from analysis.command import run_command
from analysis.instruments.card import format_card, format_catalogue
from analysis.instruments.catalogue import find_instrument, list_instruments


def main(arguments=None):
    """Print what was asked for and return the exit code: 0, or 2 for an unknown name."""
    parser = argparse.ArgumentParser(prog="python -m analysis.instruments", description=__doc__)
    parser.add_argument("name", nargs="?", help="an instrument; without it, all are listed")
    return run_command(_print, parser.parse_args(arguments).name)


def _print(name):
    print(format_card(find_instrument(name)) if name else format_catalogue(list_instruments()))


if __name__ == "__main__":
    sys.exit(main())
