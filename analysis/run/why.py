"""Which steps are outdated, and because of what."""

from analysis.errors import MissingError
from analysis.run.fingerprint import PARAMETER_PREFIX, take_fingerprint
from analysis.run.state import MISSING, hash_file, read_record
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
    files = sorted(record.files.items())
    hashes = {file: hash_file(settings.outputs.root / file) for file, _ in files}
    return fingerprint, [
        *compare_fingerprints(record.fingerprint, fingerprint),
        *(
            f"{file} is gone"
            if hashes[file] == MISSING
            else f"{file} was altered after it was published"
            for file, published in files
            if hashes[file] != published
        ),
    ]


def compare_fingerprints(before, now):
    """Return what differs between two fingerprints, one phrase per part."""
    return [
        _phrase(name, before.get(name), now.get(name))
        for name in sorted({*before, *now})
        if before.get(name) != now.get(name)
    ]


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


def _phrase(name, before, now):
    if name.startswith(PARAMETER_PREFIX):
        return f"{name} is now {now or 'the default'}, was {before or 'the default'}"
    if name in ("Python", "renderer"):
        return f"{name} is now {now}, was {before}"
    if now in (None, MISSING):
        return f"{name} is gone"
    if before in (None, MISSING):
        return f"{name} is new"
    return f"{name} has changed"
