"""The reviewer's commands of python -m analysis.reproduce."""

import functools


def add_commands(commands, *, chosen, settings):
    """Add record and verify.

    Parameters
    ----------
    commands
        The subparsers of argparse.
    chosen : argparse.ArgumentParser
        The options that a run has.
    settings : callable
        Turns parsed options into `analysis.reproduce.fingerprint.Settings`.
    """

    tell = functools.partial(print, flush=True)

    def record(options):
        from analysis.review.record import record_results

        record_results(settings(options), tell=tell)

    def verify(options):
        from analysis.review.verify import verify_results

        verify_results(
            settings(options),
            archive=options.archive,
            quick=options.quick == "1",
            bytes_decide=options.bytes == "1",
            tell=tell,
        )

    add = commands.add_parser
    made = add("record", parents=[chosen], help="make this run the results of record")
    made.set_defaults(command=record)
    held = add("verify", parents=[chosen], help="hold a fresh run against the results of record")
    held.add_argument("--archive", default="", help="a zip file of `make archive`")
    held.add_argument("--quick", default="", help="1: compare files only, run nothing")
    held.add_argument("--bytes", default="", help="1: files have to be the same to the byte")
    held.set_defaults(command=verify)
