"""Bring the fingerprint files up to date, so that Make sees what is outdated."""

import os
import time

from analysis.run import parameters
from analysis.run.bytecode import seal_bytecode
from analysis.run.fingerprint import declared_names
from analysis.run.imports import keep_imports, recall_imports
from analysis.run.stages import sweep_stages
from analysis.run.state import forget_hashes, hold_lock, write_fingerprint
from analysis.run.steps import STEPS
from analysis.run.why import examine_step

# Coarser than the time stamps of any file system.
MARGIN = 2 * 10**9


def refresh_fingerprints(settings):
    """Write every fingerprint that differs, and return the names of outdated steps.

    Make compares times, and times lie: after this the fingerprint of an outdated step is
    newer than its target, that of any other is older, whatever the clock did.
    """
    parameters.check_names(settings.params, declared_names() if settings.params else ())
    seal_bytecode()
    sweep_stages(settings.outputs)
    outdated, ordered = [], []
    known = settings.outputs.state / "imports.json"
    with hold_lock(settings.outputs, "fingerprints"):
        forget_hashes()
        recall_imports(known)
        for step in STEPS:
            fingerprint, causes = examine_step(step, settings)
            path = write_fingerprint(settings.outputs, step.name, fingerprint)
            ordered.append((path, step.target(settings.outputs), bool(causes)))
            if causes:
                outdated.append(step.name)
        for path, target, late in ordered:
            _order_times(path, target, outdated=late, settled=not outdated)
        keep_imports(known)
    return outdated


def _order_times(fingerprint, target, *, outdated, settled):
    """Order two times; a target of the future keeps its own as long as something is going to run.

    Make has looked at the target before, and goes by what it saw.
    """
    if not target.exists():
        return
    now, made = time.time_ns(), target.stat().st_mtime_ns
    if outdated and made > now:
        _set_time(fingerprint, made + MARGIN)
    elif outdated:
        _set_time(target, min(made, now - MARGIN))
        _set_time(fingerprint, now)
    else:
        made = min(made, now) if settled else made
        _set_time(target, made)
        _set_time(fingerprint, min(fingerprint.stat().st_mtime_ns, made - MARGIN))


def _set_time(path, time_ns):
    if path.stat().st_mtime_ns != time_ns:
        os.utime(path, ns=(time_ns, time_ns))
