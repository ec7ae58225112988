"""The commands of python -m analysis.reproduce that keep personal data in."""

import functools
from pathlib import Path


def add_commands(commands, *, chosen, settings):
    """Add archive, gate and deidentify.

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

    def archive(options):
        from analysis.release.archive import make_archive

        make_archive(settings(options), wheels=options.wheels == "1", tell=tell)

    def gate(options):
        from analysis.release.gate import check_files

        check_files(options.files, tell=tell)

    def deidentify(options):
        from analysis.release.deidentify import deidentify_export
        from analysis.study import load_study

        key = Path(options.key) if options.key else None
        deidentify_export(
            Path(options.export), Path(options.folder), study=load_study(), key_file=key, tell=tell
        )

    kept = commands.add_parser(
        "archive", parents=[chosen], help="make the zip file that a reviewer gets"
    )
    kept.add_argument("--wheels", default="", help="1: with all packages, to rebuild offline")
    kept.set_defaults(command=archive)
    held = commands.add_parser("gate", help="name what may not leave, with place and reason")
    held.add_argument("files", nargs="*", help="all that git tracks and remembers, if none")
    held.set_defaults(command=gate)
    made = commands.add_parser("deidentify", help="make an export that may be published")
    made.add_argument("export", help="folder of the real export")
    made.add_argument("folder", help="a new folder")
    made.add_argument("--key", default="", help="the secret; by default beside the real export")
    made.set_defaults(command=deidentify)
