"""python -m analysis COMMAND: everything that a person or Make can ask for.

Each command imports what it needs when it is called: `setup`, `clean` and every --help work
before any package is installed.
"""

import argparse
import functools
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from analysis import paths
from analysis.command import run_command
from analysis.run.settings import Settings, check_root, choose_settings

OK = "1"
Function = Callable[[argparse.Namespace], None]
Argument = tuple[tuple[str, ...], dict[str, Any]]
COMMANDS: dict[str, tuple[Function, tuple[Argument, ...]]] = {}
show = functools.partial(print, flush=True)


def main(arguments: list[str] | None = None) -> int:
    """Run one command and return its exit code, as `run_command` does."""
    return run_command(_main, arguments)


def _main(arguments: list[str] | None) -> None:
    for name in ("SIGTERM", "SIGHUP"):
        signal.signal(getattr(signal, name), signal.default_int_handler)
    # The environment's own programs come first, as Quarto where it lies beside Python.
    programs = (str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath))
    os.environ["PATH"] = os.pathsep.join(programs)
    parser = argparse.ArgumentParser(prog="python -m analysis")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for name, (function, wanted) in COMMANDS.items():
        about = function.__doc__
        parsed = commands.add_parser(name, help=about, description=about)
        parsed.set_defaults(command=function)
        for names, settings in wanted:
            parsed.add_argument(*names, **settings)
    options = parser.parse_args(arguments)
    options.command(options)


def argument(*names: str, **settings: Any) -> Argument:
    """Describe one argument of a command, as argparse wants it."""
    return names, settings


def command(name: str, *arguments: Argument) -> Callable[[Function], Function]:
    """Make a function a command; its docstring is the help."""

    def add(function: Function) -> Function:
        COMMANDS[name] = (function, arguments)
        return function

    return add


CHOSEN = (
    argument("--out", default=os.curdir, help="root of what is written"),
    argument("--raw", default="", help="folder of the export"),
    argument("--params", nargs="*", default=[], metavar="NAME=VALUE", help="of the notebooks"),
    argument("--renderer", default="auto", help="auto, quarto or builtin"),
)
UNTIL = argument("--until", default="report", metavar="STEP", help="the last step asked for")


@command(
    "check-data",
    argument("raw", type=Path, help="folder of the export"),
    argument("out", type=Path, help="root of the output, which goes to data_check there"),
    argument("--study", type=Path, help="study.yml (default: the project's)"),
)
def _check_data(options: argparse.Namespace) -> None:
    """clean an export and write its queries, its changes, and a page and a sheet for the site"""
    from analysis.cleaning.check_data import run_check_data

    check_root(options.out.resolve(), options.raw.resolve())
    run_check_data(options.raw, options.out, options.study)


@command(
    "draft",
    argument("raw", type=Path, help="folder of the export"),
    argument("--study", type=Path, help="study.yml (default: the project's)"),
)
def _draft(options: argparse.Namespace) -> None:
    """draft where another site's fields go, and list what a person has to fill in"""
    from analysis.cleaning.draft import run_draft

    run_draft(options.raw, options.study)


@command(
    "answers",
    argument("raw", type=Path, help="folder of the export"),
    argument("out", type=Path, help="root of the output, which goes to answers there"),
    argument("sheet", type=Path, help="queries.xlsx as the site sent it back"),
    argument("--study", type=Path, help="study.yml (default: the project's)"),
)
def _answers(options: argparse.Namespace) -> None:
    """take the answers of a site to queries; the export is only read"""
    from analysis.cleaning.take_answers import take_answers

    check_root(options.out.resolve(), options.raw.resolve())
    take_answers(options.raw, options.out, options.sheet, study=options.study, tell=show)


@command(
    "demo",
    argument("--participants", type=int, default=7, help="7 to 10000 (default: 7)"),
    argument("--seed", type=int, default=2016, help="default: 2016"),
    argument("--faults", choices=("planted", "none"), default="planted"),
    argument("--out", type=Path, required=True, help="folder to write into"),
)
def _demo(options: argparse.Namespace) -> None:
    """write a simulated export: invented people, planted faults"""
    from analysis.demo.export import make_export, write_export

    export = make_export(options.participants, options.seed, faults=options.faults)
    write_export(export, options.out)


@command("instruments", argument("name", nargs="?", help="without it, all are listed"))
def _instruments(options: argparse.Namespace) -> None:
    """list the instruments, or show one with its items, ranges, rules and sources"""
    from analysis.instruments.catalogue import format_catalogue

    show(format_catalogue(options.name or ""))


@command(
    "explain",
    argument("result_id", help="as in results.csv, like efficacy.hand_mrss.hl"),
    argument("--participant", default="", help="the rows of one participant only"),
    argument("--out", default=os.curdir, help="root of the run, as OUT in make"),
    argument("--raw", default=str(paths.RAW), help="the export that it was made from"),
)
def _explain(options: argparse.Namespace) -> None:
    """follow a result back to the raw cells"""
    from analysis.trail.explain import load

    processed = paths.Outputs(Path(options.out).resolve()).processed
    trial = load(processed, raw=Path(options.raw).resolve())
    show(trial.explain(options.result_id, participant=options.participant))


@command(
    "operating-characteristics",
    argument("--trials", type=int, default=200_000, help="per scenario (default: 200000)"),
    argument("--seed", type=int, default=2016, help="default: 2016"),
    argument("--jobs", type=int, default=-1, help="processes; -1 for all cores"),
    argument("--scheduler", default="", help="address of a Dask scheduler"),
    argument("--out", type=Path, help="the record, a CSV (default: the project's)"),
    argument("--cache", type=Path, default=paths.Outputs().state, help="of finished blocks"),
)
def _operating_characteristics(options: argparse.Namespace) -> None:
    """simulate size, power and interval coverage of this design"""
    from analysis.statistics.operating_characteristics.simulation import renew_record

    renew_record(
        trials=options.trials,
        seed=options.seed,
        jobs=options.jobs,
        scheduler=options.scheduler,
        out=options.out,
        cache=options.cache,
    )


@command(
    "setup",
    argument("--quarto", action="store_true", help="try again to get Quarto"),
    argument("--conda", action="store_true", help="check the conda environment instead"),
)
def _setup(options: argparse.Namespace) -> None:
    """make the locked environment, if it has changed"""
    from analysis.run.setup import set_up

    set_up(quarto=options.quarto, conda=options.conda)


@command("run", argument("step", help="a notebook's name, results or report"), UNTIL, *CHOSEN)
def _run(options: argparse.Namespace) -> None:
    """run one step, if it is outdated"""
    from analysis.run.outdated import find_needed, mark_outdated
    from analysis.run.progress import Reporter, plan_run
    from analysis.run.run import run_step
    from analysis.run.steps import find_step

    settings = _settings(options)
    with Reporter(settings.outputs) as reporter:
        run_step(find_step(options.step), settings, reporter=reporter)
    outdated = mark_outdated(settings, until=options.until)
    plan_run(settings.outputs, find_needed(outdated, until=options.until))


@command("mark", UNTIL, *CHOSEN)
def _mark(options: argparse.Namespace) -> None:
    """mark what is outdated, for Make; run nothing"""
    from analysis.run.outdated import find_needed, mark_outdated
    from analysis.run.progress import plan_run

    settings = _settings(options)
    outdated = mark_outdated(settings, until=options.until)
    plan_run(settings.outputs, find_needed(outdated, until=options.until), begins=True)
    if not outdated:
        show("Nothing to do: tables, notebooks and report are up to date.")
    elif outdated == ["report"]:
        show("Tables and notebooks are up to date; the report is not.")


@command("prepare-report")
def _prepare_report(options: argparse.Namespace) -> None:
    """resolve and check what the words of report/ name; Quarto asks for it before it renders"""
    from analysis.reporting.document import prepare_in_place

    prepare_in_place()


@command("finish-report")
def _finish_report(options: argparse.Namespace) -> None:
    """finish what Quarto has rendered in report/_preview; Quarto asks for it"""
    from analysis.reporting.document import finish_in_place

    outputs = os.environ.get("QUARTO_PROJECT_OUTPUT_FILES", "")
    finish_in_place([Path(line) for line in outputs.splitlines()])


@command("why", *CHOSEN)
def _why(options: argparse.Namespace) -> None:
    """say what is outdated and because of what"""
    from analysis.run.outdated import format_causes

    show(format_causes(_settings(options)))


@command("lab")
def _lab(options: argparse.Namespace) -> None:
    """open the notebooks in JupyterLab"""
    from analysis.run.lab import open_lab

    open_lab()


@command("clean", *CHOSEN)
def _clean(options: argparse.Namespace) -> None:
    """remove what a run wrote"""
    from analysis.run.publish import clean_outputs

    clean_outputs(_settings(options).outputs)


@command("seal", argument("raw", type=Path, help="folder of the export"))
def _seal(options: argparse.Namespace) -> None:
    """write the checksums of an export"""
    from analysis.run.fingerprint import seal_export

    seal_export(options.raw)


@command("qc", *CHOSEN)
def _qc(options: argparse.Namespace) -> None:
    """compute the efficacy results again in R and compare"""
    from analysis.review.qc import check_efficacy

    check_efficacy(_settings(options).outputs)


@command(
    "verify",
    argument("--archive", default="", help="a zip file of `make archive`"),
    argument("--quick", default="", help="1: compare files only, run nothing"),
    argument("--bytes", default="", help="1: files have to be the same to the byte"),
    *CHOSEN,
)
def _verify(options: argparse.Namespace) -> None:
    """compare a run from a clean start with the reference results"""
    from analysis.review.verify import verify_results

    verify_results(
        _settings(options),
        archive=options.archive,
        quick=options.quick == OK,
        bytes_decide=options.bytes == OK,
        tell=show,
    )


@command("record", *CHOSEN)
def _record(options: argparse.Namespace) -> None:
    """make this run the reference results"""
    from analysis.review.record import record_results

    record_results(_settings(options), tell=show)


@command("archive", argument("--wheels", default="", help="1: with all packages"), *CHOSEN)
def _archive(options: argparse.Namespace) -> None:
    """make the zip file that a reviewer gets"""
    from analysis.release.archive import make_archive

    make_archive(_settings(options), wheels=options.wheels == OK, tell=show)


@command("gate", argument("files", nargs="*", help="all that git tracks and remembers, if none"))
def _gate(options: argparse.Namespace) -> None:
    """name what may not leave, with place and reason"""
    from analysis.release.gate import check_files

    check_files(options.files, tell=show)


@command(
    "deidentify",
    argument("export", type=Path, help="folder of the real export"),
    argument("folder", type=Path, help="a new folder"),
    argument("--key", type=Path, help="the secret (default: beside the real export)"),
)
def _deidentify(options: argparse.Namespace) -> None:
    """make an export that may be published"""
    from analysis.release.deidentify import deidentify_export
    from analysis.study import load_study

    deidentify_export(
        options.export, options.folder, study=load_study(), key_file=options.key, tell=show
    )


def _settings(options: argparse.Namespace) -> Settings:
    return choose_settings(
        out=options.out, raw=options.raw, params=options.params, renderer=options.renderer
    )


if __name__ == "__main__":
    sys.exit(main())
