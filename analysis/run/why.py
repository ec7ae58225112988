"""Which steps are outdated, and because of what."""

from analysis.errors import MissingError
from analysis.run.fingerprint import PARAMETER_PREFIX, take_fingerprint
from analysis.run.state import hash_file, list_changes, read_record
from analysis.run.steps import STEPS


def examine_step(step, settings):
    """Return a step's fingerprint, and why the step is outdated.

    A step is judged by what is there now. What a step before it will change is not
    known until that step has run.

    Returns
    -------
    (dict of str, list of str)
        The fingerprint, empty where something that it needs is missing; one phrase per
        cause, none if the step is up to date.
    """
    try:
        fingerprint = take_fingerprint(step, settings)
    except MissingError as error:
        return {}, [str(error).rstrip(".")]
    record = read_record(settings.outputs, step.name)
    if record is None:
        return fingerprint, ["it has not run yet"]
    if not record.finished:
        return fingerprint, ["it was stopped while it published"]
    files = {file: hash_file(settings.outputs.root / file) for file in record.files}
    return fingerprint, [
        *compare_fingerprints(record.fingerprint, fingerprint),
        *list_changes(record.files, files, describe=_describe_alteration),
    ]


def compare_fingerprints(before, now):
    """Return what differs between two fingerprints, one phrase per part."""
    names = (name for name in {**before, **now} if name.startswith(PARAMETER_PREFIX))
    defaults = dict.fromkeys(names, "the default")
    return list_changes(defaults | before, defaults | now, describe=_describe_change)


def write_explanation(settings):
    """Return, as text for a person, the state of every step."""
    lines, outdated = [], set()
    for step in STEPS:
        _, causes = examine_step(step, settings)
        waits = [name for name in step.after if name in outdated]
        if causes:
            lines.append(f"{step.name}: outdated")
            lines += [f"    {cause}" for cause in causes]
        elif waits:
            lines.append(f"{step.name}: up to date, unless {' or '.join(waits)} changes it")
        else:
            lines.append(f"{step.name}: up to date")
        if causes or waits:
            outdated.add(step.name)
    return "\n".join(lines)


def _describe_change(name, before, now):
    if name.startswith(PARAMETER_PREFIX) or name in ("Python", "renderer"):
        return f"{name} is now {now}, was {before}"
    return f"{name} has changed"


def _describe_alteration(file, before, now):
    return f"{file} was altered after it was published"
