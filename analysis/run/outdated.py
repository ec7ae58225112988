"""Find the outdated steps and why they are outdated, and mark them for Make."""

import contextlib
import importlib.util
import py_compile
from pathlib import Path

from analysis import paths
from analysis.errors import MissingError
from analysis.run.fingerprint import PARAMETER_PREFIX, find_code, take_fingerprint
from analysis.run.progress import plan_run
from analysis.run.settings import Settings
from analysis.run.state import (
    forget_hashes,
    hash_file,
    hold_lock,
    list_changes,
    lock_path,
    read_record,
    sweep_stages,
)
from analysis.run.steps import REPORT, STEPS, Step

# PEP 552: bit 0, a hash is kept in place of the time; bit 1, it is checked.
CHECKED_HASH = (0b11).to_bytes(4, "little")


def list_causes(step: Step, settings: Settings) -> list[str]:
    """Return why a step is outdated, one phrase per cause, none if it is up to date.

    A step is judged by the current files. What an earlier step will change is not known until
    that step has run.
    """
    record = read_record(settings.outputs, step.name)
    try:
        fingerprint = take_fingerprint(
            step, settings, code=find_code(record.fingerprint) if record else ()
        )
    except MissingError as error:
        return [str(error).rstrip(".")]
    if record is None:
        return ["new"]
    if not record.finished:
        return ["it was stopped while it published"]
    files = {file: hash_file(settings.outputs.root / file) for file in record.files}
    return [
        *compare_fingerprints(record.fingerprint, fingerprint),
        *list_changes(record.files, files, describe=_describe_alteration),
    ]


def compare_fingerprints(before: dict[str, str], now: dict[str, str]) -> list[str]:
    """Return what differs between two fingerprints, one phrase per part."""
    names = (name for name in {**before, **now} if name.startswith(PARAMETER_PREFIX))
    defaults = dict.fromkeys(names, "the default")
    return list_changes(defaults | before, defaults | now, describe=_describe_change)


def format_causes(settings: Settings) -> str:
    """Return the state of every step as text."""
    lines: list[str] = []
    outdated = set()
    for step in STEPS:
        causes = list_causes(step, settings)
        waits = [name for name in step.after if name in outdated]
        if causes:
            lines += [f"{step.name}: outdated", *(f"    {cause}" for cause in causes)]
        elif waits:
            lines.append(f"{step.name}: up to date, unless {' or '.join(waits)} changes it")
        else:
            lines.append(f"{step.name}: up to date")
        if causes or waits:
            outdated.add(step.name)
    return "\n".join(lines)


def mark_outdated(
    settings: Settings, *, until: str = REPORT.name, begins: bool = False
) -> list[str]:
    """Mark the outdated steps up to `until` for Make, and return all outdated steps.

    Make starts the steps that are marked, since time stamps are unreliable. `begins` is True at
    the beginning of a run, False after one of its steps.
    """
    seal_bytecode()
    sweep_stages(settings.outputs)
    with hold_lock(lock_path(settings.outputs, "marks"), on_wait=lambda: None):
        forget_hashes()
        outdated = [step.name for step in STEPS if list_causes(step, settings)]
        needed = find_needed(outdated, until=until)
        for step in STEPS:
            mark = mark_path(settings.outputs, step.name)
            if step.name in needed and step.name in outdated:
                mark.parent.mkdir(parents=True, exist_ok=True)
                mark.touch()
            else:
                mark.unlink(missing_ok=True)
        plan_run(settings.outputs, needed, begins=begins)
    return outdated


def find_needed(outdated: list[str], *, until: str = REPORT.name) -> set[str]:
    """Return the steps up to `until` that are outdated or may become so."""
    needed = set(outdated)
    for step in STEPS:
        if needed & set(step.after):
            needed.add(step.name)
    names = [step.name for step in STEPS]
    return needed & set(names[: names.index(until) + 1])


def mark_path(outputs: paths.Outputs, name: str) -> Path:
    """Return the file that exists as long as a step is outdated."""
    return outputs.state / "outdated" / name


def seal_bytecode(folder: Path = paths.ROOT / "analysis") -> None:
    """Compile outdated modules, with bytecode tied to the source's hash instead of its time.

    Otherwise, after an edit that keeps a module's length and time stamp, the old code would run.
    Invalid Python raises a `SyntaxError` here, before anything runs.
    """
    mode = py_compile.PycInvalidationMode.CHECKED_HASH
    try:
        for source in sorted(folder.rglob("*.py")):
            compiled = Path(importlib.util.cache_from_source(str(source)))
            sealed = CHECKED_HASH + importlib.util.source_hash(source.read_bytes())
            with contextlib.suppress(OSError):
                if not compiled.exists() or compiled.read_bytes()[4:16] != sealed:
                    py_compile.compile(
                        str(source), str(compiled), doraise=True, invalidation_mode=mode
                    )
    except py_compile.PyCompileError as error:
        raise error.exc_value from None


def _describe_change(name: str, before: str, now: str) -> str:
    if name.startswith(PARAMETER_PREFIX) or name in ("Python", "renderer"):
        return f"{name} is now {now}, was {before}"
    return f"{name} has changed"


def _describe_alteration(file: str, before: str, now: str) -> str:
    return f"{file} was altered after it was published"
