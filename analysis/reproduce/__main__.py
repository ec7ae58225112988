"""python -m analysis.reproduce: set up, run, check, publish; Make calls it."""

import argparse
import os
import signal
import sys
from pathlib import Path

from analysis import paths
from analysis.command import run_command
from analysis.errors import UsageError
from analysis.release import commands as release
from analysis.reproduce import pipeline
from analysis.reproduce.fingerprint import Settings
from analysis.reproduce.parameters import parse_assignments
from analysis.review import commands as review


def main(arguments=None):
    """Run one command and return its exit code, as `run_command` does."""
    return run_command(_main, arguments)


def _main(arguments):
    for name in ("SIGTERM", "SIGHUP"):
        signal.signal(getattr(signal, name), _interrupt)
    # The environment's own programs come first, as Quarto where it lies beside Python.
    programs = (str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath))
    os.environ["PATH"] = os.pathsep.join(programs)
    options = _make_parser().parse_args(arguments)
    options.command(options)


def _setup(options):
    from analysis.reproduce.setup import set_up

    set_up(quarto=options.quarto, conda=options.conda)


def _fingerprint(options):
    from analysis.reproduce.pace import plan_run
    from analysis.reproduce.refresh import refresh_fingerprints

    settings = _settings(options)
    outdated = refresh_fingerprints(settings)
    plan_run(settings.outputs, outdated, until=options.until)
    if not outdated:
        print("Nothing to do: tables, notebooks and report are up to date.")
    elif outdated == [pipeline.REPORT.name]:
        print("Tables and notebooks are up to date; the report is not.")


def _run(options):
    from analysis.reproduce.pace import revise_plan
    from analysis.reproduce.progress import Reporter
    from analysis.reproduce.refresh import refresh_fingerprints

    settings = _settings(options)
    step = pipeline.find_step(options.step)
    with Reporter(settings.outputs) as tell:
        if step is pipeline.RESULTS:
            from analysis.reproduce.collect import collect_run

            collect_run(settings, tell=tell)
        elif step is pipeline.REPORT:
            from analysis.reproduce.render import render_report

            render_report(settings, tell=tell)
        else:
            from analysis.reproduce.run import run_notebook

            run_notebook(step, settings, tell=tell)
    revise_plan(settings.outputs, refresh_fingerprints(settings))


def _why(options):
    from analysis.reproduce.why import write_explanation

    print(write_explanation(_settings(options)))


def _qc(options):
    from analysis.review.qc import check_efficacy

    check_efficacy(_settings(options).outputs)


def _lab(options):
    from analysis.reproduce.lab import open_lab

    open_lab()


def _clean(options):
    from analysis.reproduce.clean import clean_outputs

    clean_outputs(_settings(options).outputs)


def _seal(options):
    from analysis.reproduce.seal import seal_export

    if not options.raw:
        raise UsageError(
            "an export to seal is needed", hint="Give its folder: make seal RAW=folder"
        )
    seal_export(Path(options.raw))


def _settings(options):
    """Check what a person chose for a run."""
    root, raw = Path(options.out).resolve(), Path(options.raw or paths.RAW).resolve()
    chosen = "RAW" if options.raw and raw != paths.RAW else "PARAMS" if options.params else ""
    if chosen and root == paths.ROOT:
        raise UsageError(
            f"{chosen} needs OUT, a folder of its own for what comes out",
            hint="Add OUT=scratch/what-if, so that the primary analysis stays as it is",
        )
    for name, texts in (("RAW", [options.raw]), ("OUT", [options.out]), ("PARAMS", options.params)):
        for text in texts:
            if text and (set(text) & set(" \t\n'\"$%:;#\\*?[]{}|&<>()`!")):
                raise UsageError(f"{name} holds {text!r}", hint="Use letters, digits and - _ . / =")
    return Settings(
        outputs=paths.Outputs(root),
        raw=raw,
        params=parse_assignments(options.params),
        renderer=options.renderer,
    )


def _make_parser():
    parser = argparse.ArgumentParser(prog="python -m analysis.reproduce", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="command")
    chosen = argparse.ArgumentParser(add_help=False)
    chosen.add_argument("--out", default=os.curdir, help="root of what is written")
    chosen.add_argument("--raw", default="", help="folder of the export")
    chosen.add_argument("--params", nargs="*", default=[], metavar="NAME=VALUE")
    chosen.add_argument("--renderer", default="auto", help="auto, quarto or builtin")
    refresh = commands.add_parser(
        "fingerprint", parents=[chosen], help="refresh the fingerprints, run nothing"
    )
    refresh.add_argument("--until", default=pipeline.REPORT.name, help="the last step asked for")
    refresh.set_defaults(command=_fingerprint)
    for name, command, about in (
        ("why", _why, "say what is outdated and because of what"),
        ("qc", _qc, "compute the efficacy results again in R and compare"),
        ("clean", _clean, "remove what a run wrote"),
        ("seal", _seal, "write the checksums of an export"),
    ):
        commands.add_parser(name, parents=[chosen], help=about).set_defaults(command=command)
    review.add_commands(commands, chosen=chosen, settings=_settings)
    release.add_commands(commands, chosen=chosen, settings=_settings)
    run = commands.add_parser("run", parents=[chosen], help="run one step, if it is outdated")
    run.add_argument("step", help=", ".join(step.name for step in pipeline.STEPS))
    run.set_defaults(command=_run)
    lab = commands.add_parser("lab", help="open the notebooks in JupyterLab")
    lab.set_defaults(command=_lab)
    setup = commands.add_parser("setup", help="make the locked environment, if it has changed")
    setup.add_argument("--quarto", action="store_true", help="try again to get Quarto")
    setup.add_argument("--conda", action="store_true", help="check the conda environment instead")
    setup.set_defaults(command=_setup)
    return parser


def _interrupt(number, frame):
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
