"""``make stress``: corrupt exports, then hurt runs; each program writes its record."""

import sys

from analysis.command import run_command


def main():
    """Run both programs, and return the worse exit code."""
    # They take long to import, and an interrupt meanwhile has to end clearly as well.
    import cleaning_stress
    import fault_stress

    return max(cleaning_stress.main(), fault_stress.main([]))


if __name__ == "__main__":
    sys.exit(run_command(main))
