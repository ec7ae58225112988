"""``make stress``: corrupt exports, report other exports, then hurt runs."""

import os
import sys
from pathlib import Path

from analysis.command import run_command

REPORTS = Path(__file__).parents[1] / "end_to_end/test_changed_exports.py"


def main():
    """Run all of it, and return the worst exit code."""
    # They take long to import, and an interrupt meanwhile has to end clearly as well.
    import cleaning_stress
    import fault_stress
    import pytest

    os.environ["MORE_EXPORTS"] = "yes"
    return max(cleaning_stress.main(), pytest.main([str(REPORTS)]), fault_stress.main([]))


if __name__ == "__main__":
    sys.exit(run_command(main))
