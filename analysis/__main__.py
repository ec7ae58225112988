"""python -m analysis COMMAND: every command that a person or Make can run.

Each command imports what it needs when it is called, so `setup`, `clean` and every --help work
before any package is installed.
"""

import functools
import os
import signal
import sys
from pathlib import Path
from typing import Any

from analysis import paths
from analysis.command import argument, command, flag, parse_options, run_command
from analysis.run.settings import Settings, check_root, choose_settings

show = functools.partial(print, flush=True)


def main(arguments: list[str] | None = None) -> int:
    """Run one command and return its exit code, as `run_command` does."""
    return run_command(_main, arguments)


def _main(arguments: list[str] | None) -> None:
    for name in ("SIGTERM", "SIGHUP"):
        signal.signal(getattr(signal, name), signal.default_int_handler)
    # Programs of the environment come first, such as a Quarto beside Python.
    programs = (str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath))
    os.environ["PATH"] = os.pathsep.join(programs)
    function, options = parse_options(arguments)
    if "renderer" in options:
        chosen = {name: options.pop(name) for name in ("out", "raw", "params", "renderer")}
        options["settings"] = choose_settings(**chosen)
    function(**options)


# The arguments from which the `settings` of a command are made.
CHOSEN = (
    argument("--out", default=os.curdir, help="root of the output"),
    argument("--raw", default="", help="folder of the export"),
    argument("--params", nargs="*", default=[], metavar="NAME=VALUE", help="for the notebooks"),
    argument("--renderer", default="auto", help="auto, quarto or builtin"),
)
UNTIL = argument("--until", default="report", metavar="STEP", help="the last step asked for")
_RAW = argument("raw", type=Path, help="folder of the export")
_STUDY = argument("--study", type=Path, help="study.yml (default: the project's)")


@command(_RAW, argument("out", type=Path, help="root of data_check, the output"), _STUDY)
def _check_data(raw: Path, out: Path, study: Path | None) -> None:
    """clean an export and write its queries, its changes, and a page and a sheet for the site"""
    from analysis.cleaning.check_data import run_check_data

    check_root(out, raw)
    run_check_data(raw, out, study)


@command(_RAW, _STUDY)
def _draft(raw: Path, study: Path | None) -> None:
    """draft where another site's fields go, and list what a person has to fill in"""
    from analysis.cleaning.draft import run_draft

    run_draft(raw, study)


@command(
    _RAW,
    argument("out", type=Path, help="root of the output, which goes to answers there"),
    argument("sheet", type=Path, help="queries.xlsx as the site sent it back"),
    _STUDY,
)
def _answers(raw: Path, out: Path, sheet: Path, study: Path | None) -> None:
    """take in the answers of a site to queries; the export is only read"""
    from analysis.cleaning.take_answers import take_answers

    check_root(out, raw)
    take_answers(raw, out, sheet, study=study, tell=show)


@command(
    argument("--participants", type=int, default=7, help="7 to 10000 (default: 7)"),
    argument("--seed", type=int, default=2016, help="default: 2016"),
    argument("--faults", choices=("planted", "none"), default="planted"),
    argument("--out", type=Path, required=True, help="folder to write into"),
)
def _demo(participants: int, seed: int, faults: str, out: Path) -> None:
    """write a simulated export: invented people, planted faults"""
    from analysis.demo.export import make_export, write_export

    write_export(make_export(participants, seed, faults=faults), out)


@command(argument("name", nargs="?", default="", help="without it, all are listed"))
def _instruments(name: str) -> None:
    """list the instruments, or show one with its items, ranges, rules and sources"""
    from analysis.instruments.cards import format_catalogue

    show(format_catalogue(name))


@command(
    argument("result_id", help="as in results.csv, like efficacy.hand_mrss.hl"),
    argument("--participant", default="", help="the rows of one participant only"),
    argument("--out", type=Path, default=Path(), help="root of the run, as OUT in make"),
    argument("--raw", type=Path, default=paths.RAW, help="the export that it was made from"),
)
def _explain(result_id: str, participant: str, out: Path, raw: Path) -> None:
    """follow a result back to the raw cells"""
    from analysis.trail.explain import load

    trial = load(paths.Outputs(out.resolve()).processed, raw=raw.resolve())
    show(trial.explain(result_id, participant=participant))


@command(
    argument("--trials", type=int, default=200_000, help="per scenario (default: 200000)"),
    argument("--seed", type=int, default=2016, help="default: 2016"),
    argument("--jobs", type=int, default=-1, help="processes; -1 for all cores"),
    argument("--scheduler", default="", help="address of a Dask scheduler"),
    argument("--out", type=Path, help="the record, a CSV (default: the project's)"),
    argument("--cache", type=Path, default=paths.Outputs().state, help="of finished blocks"),
)
def _operating_characteristics(**options: Any) -> None:
    """simulate size, power and interval coverage of this design"""
    from analysis.statistics.operating_characteristics.simulation import renew_record

    renew_record(**options)


@command(
    argument("--quarto", action="store_true", help="try again to get Quarto"),
    argument("--conda", action="store_true", help="check the conda environment instead"),
)
def _setup(quarto: bool, conda: bool) -> None:
    """make the locked environment, if it has changed"""
    from analysis.run.setup import set_up

    set_up(quarto=quarto, conda=conda)


@command(argument("step", help="a notebook's name, results or report"), UNTIL, *CHOSEN)
def _run(step: str, until: str, settings: Settings) -> None:
    """run one step, if it is outdated"""
    from analysis.run.outdated import mark_outdated
    from analysis.run.run import run_step
    from analysis.run.steps import find_step

    run_step(find_step(step), settings)
    mark_outdated(settings, until=until)


@command(UNTIL, *CHOSEN)
def _mark(until: str, settings: Settings) -> None:
    """mark what is outdated, for Make; run nothing"""
    from analysis.run.outdated import mark_outdated
    from analysis.run.publish import withdraw_steps

    for name in withdraw_steps(settings.outputs):
        show(f"{name} is gone: what it had published is removed.")
    outdated = mark_outdated(settings, until=until, begins=True)
    if not outdated:
        show("Nothing to do: tables, notebooks and report are up to date.")
    elif outdated == ["report"]:
        show("Tables and notebooks are up to date; the report is not.")


@command(*CHOSEN)
def _preview(settings: Settings) -> None:
    """show the pages of the report, and build them again when the words change"""
    from analysis.reporting.preview import preview_report
    from analysis.run.settings import choose_renderer
    from analysis.trail.pages import write_trail

    renderer, _ = choose_renderer(settings.renderer)
    trail = functools.partial(write_trail, settings.outputs, settings.raw)
    preview_report(settings.outputs, renderer=renderer, write_trail=trail, tell=show)


@command()
def _prepare_report() -> None:
    """resolve and check what the words of report/ name; Quarto calls this before it renders"""
    from analysis.reporting.document import prepare_in_place

    prepare_in_place()


@command()
def _finish_report() -> None:
    """finish what Quarto has rendered in report/_preview; Quarto calls this"""
    from analysis.reporting.document import PREVIEW, finish_in_place
    from analysis.trail.pages import write_trail

    outputs = os.environ.get("QUARTO_PROJECT_OUTPUT_FILES", "")
    finish_in_place([Path(line) for line in outputs.splitlines()])
    write_trail(paths.Outputs(), paths.RAW, paths.REPORT_FOLDER / PREVIEW)


@command(*CHOSEN)
def _why(settings: Settings) -> None:
    """list what is outdated, and why"""
    from analysis.run.outdated import format_causes

    show(format_causes(settings))


@command()
def _lab() -> None:
    """open the notebooks in JupyterLab"""
    from analysis.run.lab import open_lab

    open_lab()


@command(*CHOSEN)
def _clean(settings: Settings) -> None:
    """remove what a run wrote"""
    from analysis.run.publish import clean_outputs

    for file in clean_outputs(settings.outputs):
        show(f"{file} was edited by hand, and stays.")


@command(_RAW)
def _seal(raw: Path) -> None:
    """write the checksums of an export"""
    from analysis.run.fingerprint import seal_export

    seal_export(raw)


@command(*CHOSEN)
def _qc(settings: Settings) -> None:
    """compute the efficacy results again in R and compare"""
    from analysis.review.qc import check_efficacy

    check_efficacy(settings.outputs)


@command(
    argument("--archive", default="", help="a zip file of `make archive`"),
    argument("--code", default="", help="archive: run the code of the archive"),
    flag("--quick", "compare files only, run nothing"),
    flag("--bytes", "files have to be the same, byte for byte"),
    *CHOSEN,
)
def _verify(settings: Settings, archive: str, code: str, quick: str, bytes: str) -> None:
    """compare a run from a clean start with the reference results"""
    from analysis.review.verify import verify_results

    verify_results(
        settings,
        archive=archive,
        code=code,
        quick=quick == "1",
        bytes_decide=bytes == "1",
        tell=show,
    )


@command(*CHOSEN)
def _record(settings: Settings) -> None:
    """make this run the reference results"""
    from analysis.review.record import record_results

    record_results(settings, tell=show)


@command(flag("--wheels", "with all packages"), *CHOSEN)
def _archive(settings: Settings, wheels: str) -> None:
    """make the zip file that a reviewer gets"""
    from analysis.release.archive import make_archive

    make_archive(settings, wheels=wheels == "1", tell=show)


@command(argument("files", nargs="*", help="default: all that git tracks, and its history"))
def _gate(files: list[str]) -> None:
    """find what must not be published, with place and reason"""
    from analysis.release.gate import check_files

    check_files(files, tell=show)


@command(
    argument("export", type=Path, help="folder of the real export"),
    argument("folder", type=Path, help="a new folder"),
    argument("--key", type=Path, help="the secret (default: beside the real export)"),
)
def _deidentify(export: Path, folder: Path, key: Path | None) -> None:
    """make an export that may be published"""
    from analysis.release.deidentify import deidentify_export
    from analysis.study import load_study

    deidentify_export(export, folder, study=load_study(), key_file=key, tell=show)


if __name__ == "__main__":
    sys.exit(main())
