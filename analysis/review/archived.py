"""Verify an archive against its record, running trusted code on the archive's data."""

import shutil
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from analysis import paths
from analysis.review.cells import describe_raw_changes
from analysis.review.clean_run import make_clean_run
from analysis.review.compare import (
    check_raw,
    compare_evidence,
    compare_hashes,
    compare_results,
    read_exceptions,
)
from analysis.review.evidence import RECORD_FOLDER, find_unrecorded, read_evidence
from analysis.review.sources import (
    copy_code,
    copy_sources,
    is_data,
    list_files,
    list_sources,
    list_written,
    read_commit,
)
from analysis.review.verdict import Level, Verdict
from analysis.run.fingerprint import RAW_PREFIX, hash_plan
from analysis.run.settings import Settings
from analysis.run.setup import ENVIRONMENT
from analysis.run.state import hash_file
from analysis.run.steps import REPORT, RESULTS
from analysis.tables import read_table

NOTHING_RUN = "Nothing was run."
_PLAN = paths.STUDY.name
UNPROVEN = (
    "The code is the archive's own (CODE=archive): that shows only that archive and record are"
    " consistent, and whoever forges one can forge the other."
)


class OpenedArchive:
    """An unpacked archive, whose code is compared with trusted code before anything runs."""

    def __init__(self, root: Path, runs_own_code: bool) -> None:
        self.root = root
        self.runs_own_code = runs_own_code
        self.record = read_evidence(root / RECORD_FOLDER)

    def check_files(self, copy: Path) -> Verdict:
        """Copy the trusted code into `copy`; compare code with it, and outputs with the record."""
        commit = read_commit(self.root)
        found = copy_code(paths.ROOT, copy, commit=commit)
        whose = f"commit {commit[:12]}" if found else "this checkout"
        trusted = {name: hash_file(copy / name) for name in list_files(copy)}
        sources = [name for name in list_sources(self.root) if not is_data(name)]
        unpacked = {name: hash_file(self.root / name) for name in sources}
        written = {name: hash_file(self.root / name) for name in list_written(self.root)}
        code = compare_hashes(f"code of the archive against {whose}", trusted, unpacked)
        levels = [
            replace(code, decides=not self.runs_own_code, first=True),
            *self._compare_printed(),
            compare_hashes("archived outputs against the record", self.record.files, written),
            Level("what a run publishes", len(self.record.files), (*find_unrecorded(self.record),)),
            *check_raw(self.root / "data" / "raw", whole=True),
        ]
        changes = describe_raw_changes(self.record, self.root / "data" / "raw")
        return Verdict(tuple(levels), {"raw data": changes} if changes else {}, (NOTHING_RUN,))

    def _compare_printed(self) -> list[Level]:
        """Compare the archived table of results with the one on record, value by value."""
        archived = RESULTS.target(paths.Outputs(self.root))
        if not archived.exists():
            return []
        results = read_table("results", archived.parent)
        level = compare_results(self.record.results, results)
        return [replace(level, name="archived results against the record")]

    def compare_data(self) -> Level:
        """Compare the data with those of the record, for a check without a run."""
        known = {n: each for n, each in self.record.inputs.items() if n.startswith(RAW_PREFIX)}
        known |= {_PLAN: self.record.inputs.get(_PLAN, "")}
        raw = self.root / "data" / "raw"
        found = {f"{RAW_PREFIX}{name}": hash_file(raw / name) for name in list_files(raw)}
        found |= {_PLAN: hash_plan(REPORT, self.root / _PLAN)}
        return compare_hashes("data against the record", known, found)

    def complete_copy(self, copy: Path) -> None:
        """Add the data to the trusted code, or replace that by the code of the archive."""
        if self.runs_own_code:
            shutil.rmtree(copy)
        names = [name for name in list_sources(self.root) if self.runs_own_code or is_data(name)]
        copy_sources(self.root, copy, names)
        if self.runs_own_code and (self.root / "wheels").is_dir():
            shutil.move(self.root / "wheels", copy / "wheels")


def verify_archive(
    archive: OpenedArchive,
    copy: Path,
    settings: Settings,
    *,
    bytes_decide: bool,
    tell: Callable[[str], None],
) -> Verdict:
    """Run the code that `check_files` put into `copy` on an archive's data, and compare."""
    archive.complete_copy(copy)
    # The tolerances are those of the checkout: an archive could declare any.
    exceptions = read_exceptions(copy / RECORD_FOLDER)
    changes = describe_raw_changes(archive.record, archive.root / "data" / "raw")
    if archive.runs_own_code:
        tell("Now the code of the archive runs on this machine, with your rights.")
        if hash_file(copy / paths.LOCK.name) == hash_file(paths.LOCK):
            shutil.copytree(Path(sys.prefix), copy / ENVIRONMENT, symlinks=True)
    fresh = make_clean_run(copy, archive.record, settings.renderer, None, tell)
    verdict = compare_evidence(
        archive.record,
        fresh,
        exceptions=exceptions,
        bytes_decide=bytes_decide,
        raw_changes=changes,
    )
    if archive.runs_own_code:
        verdict = replace(verdict, notes=(UNPROVEN, *verdict.notes))
    return verdict
