"""The privacy gate for archives and commits: report what may not leave, and where and why."""

import csv
import datetime
import hashlib
import subprocess
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from analysis import paths
from analysis.errors import DataError, MissingError
from analysis.privacy.days import find_days
from analysis.release.disclosures import (
    NOT_SIMULATED,
    RAW_CELLS,
    Disclosure,
    Looker,
    find_strangers,
    show_raw_cells,
    summarise_disclosures,
)
from analysis.release.published import Origin, check_export_folder, read_origin
from analysis.run.fingerprint import report_sources
from analysis.study import Study, load_study

SIGNED = "report/record/privacy-exceptions.csv"
SIGNED_COLUMNS = ("file", "place", "kind", "sha256", "reason", "signed_by", "signed_on")
UNREADABLE = "an export whose fields cannot be judged: `make check-data` shows why"
_WRITTEN = ("data/", "report/_generated/", "report/_output/", "report/notebooks/")
# Each disclosure with the content of its file; an exception is valid only for that content.
Found = list[tuple[Disclosure, bytes]]


def check_archive(
    contents: Mapping[str, Path], *, raw: Path, tell: Callable[[str], None] = print
) -> None:
    """Check the files of an archive, including the export `raw`, and report what may not leave.

    Raises
    ------
    DataError
        Something may not leave; every place was shown, no value.
    """
    study, origin = load_study(), read_origin(raw)
    strict = origin is not Origin.SIMULATED
    if strict and not study.publication.hospital_number.value:
        raise DataError(
            "data of real people have to be searched for hospital numbers",
            file=paths.STUDY.name,
            field="publication.hospital_number",
            hint="Give their form as a regular expression",
        )
    looker, dated = _make_looker(study), _make_looker(study, dated=True)
    found: Found = []
    for name, path in sorted(contents.items()):
        content = path.read_bytes()
        if strict and name.startswith(_WRITTEN):
            several = dated.look(name, content)
            found += [(each, content) for each in several if each.kind != NOT_SIMULATED]
            if study.publication.coarsen_listings.value and show_raw_cells(name):
                found.append((Disclosure(name, "", RAW_CELLS), content))
        else:
            found += _look(looker, name, content)
    for each in check_export_folder(raw, study=study):
        found.append((each, contents[each.file].read_bytes()))
    _stop_at(found + look_back(paths.ROOT, looker), origin=origin, tell=tell)


def check_files(names: Iterable[str], *, tell: Callable[[str], None] = print) -> None:
    """Check files of the repository, as before a commit, and report what may not leave.

    Without `names`, check all files that git tracks, and the whole history of data/.

    Raises
    ------
    DataError
        Something may not leave; every place was shown, no value.
    MissingError
        There is no file of that name.
    """
    study = load_study()
    looker, found = _make_looker(study), []
    chosen = [Path(name).resolve() for name in names]
    for path in chosen:
        if not path.is_file():
            raise MissingError("there is no such file", file=path, hint="Name files, not folders")
    for path in sorted(chosen or _list_tracked()):
        if path.is_file():
            within = path.is_relative_to(paths.ROOT)
            name = path.relative_to(paths.ROOT).as_posix() if within else str(path)
            found += _look(looker, name, path.read_bytes())
    if not chosen or any(path.is_relative_to(paths.RAW) for path in chosen):
        found += _check_raw(study)
    if not chosen:
        found += look_back(paths.ROOT, looker)
    _stop_at(found, origin=Origin.SIMULATED, tell=tell)


def look_back(root: Path, looker: Looker) -> Found:
    """Search every version of a file below data/ that any branch, tag or stash has ever had.

    A file that was removed is still in every clone. Outside git there is no history.
    """
    found: Found = []
    for commit, path, blob in _list_versions(root):
        found += _look(looker, f"{commit}:{path}", _run_git(root, "cat-file", "blob", blob))
    return found


def read_signed(root: Path = paths.ROOT) -> list[dict[str, str]]:
    """Return the signed exceptions of a repository; none if there is no file.

    Raises
    ------
    DataError
        The header is wrong, or an exception lacks a field other than its place.
    """
    path = root / SIGNED
    if not path.exists():
        return []
    with open(path, encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        if tuple(reader.fieldnames or ()) != SIGNED_COLUMNS:
            raise DataError(f"its columns are {', '.join(SIGNED_COLUMNS)}", file=SIGNED, line=1)
        rows = list(reader)
    for line, row in enumerate(rows, 2):
        for name in SIGNED_COLUMNS:
            if name != "place" and not (row[name] or "").strip():
                raise DataError("an exception has to be signed", file=SIGNED, line=line, field=name)
    return rows


def is_excepted(found: Disclosure, content: bytes, signed: Iterable[Mapping[str, str]]) -> bool:
    """Return True if somebody has signed for a disclosure in exactly this content of its file.

    An exception without a place covers every place of its kind in the file. Later changes of
    the file are not covered.
    """
    hashes = {
        row["sha256"]
        for row in signed
        if (row["file"], row["kind"]) == (found.file, found.kind)
        and row["place"] in ("", found.place)
    }
    return bool(hashes) and hashlib.sha256(content).hexdigest() in hashes


def _look(looker: Looker, name: str, content: bytes) -> Found:
    return [(each, content) for each in looker.look(name, content) + find_strangers(name, content)]


def _check_raw(study: Study) -> Found:
    try:
        found = check_export_folder(paths.RAW, study=study)
    except DataError:
        return [(Disclosure("data/raw", "", UNREADABLE), b"")]
    return [(each, (paths.ROOT / each.file).read_bytes()) for each in found]


def _make_looker(study: Study, *, dated: bool = False) -> Looker:
    start = datetime.date.fromisoformat(study.study.registered_start.value)
    return Looker(
        hospital_number=study.publication.hospital_number.value,
        authors=frozenset(author.name for author in study.authors),
        since=start if dated else None,
        known=_list_known_days() if dated else frozenset(),
    )


def _list_known_days() -> frozenset[datetime.date]:
    """Return the dates that the plan and the text of the report name; they are not personal."""
    texts = [paths.STUDY, *(path for path in report_sources() if path.suffix in (".qmd", ".bib"))]
    return frozenset(
        day for path in texts for day, _ in find_days(path.read_text(encoding="utf-8"))
    )


def _list_tracked() -> list[Path]:
    try:
        names = _run_git(paths.ROOT, "ls-files", "-z").decode().split("\0")
    except (FileNotFoundError, subprocess.CalledProcessError):
        raise MissingError("this is no git checkout", hint="Name the files to look into") from None
    return [paths.ROOT / name for name in names if name]


def _list_versions(root: Path) -> list[tuple[str, str, str]]:
    """Return the commit that added each version of a file (12 digits), its path and its object."""
    if not (root / ".git").exists():
        return []
    log = ("log", "--all", "--full-history", "-m", "--no-renames", "--raw", "--no-abbrev", "-z")
    # By itself, the log includes only the last of several stashes.
    stashes = _run_git(root, "stash", "list", "--format=%H").decode().split()
    listed = _run_git(root, *log, "--format=commit %H", *stashes, "--", "data")
    commit, found = "", {}
    parts = iter(listed.decode("utf-8", "replace").replace("\n", "\0").split("\0"))
    for part in parts:
        if part.startswith("commit "):
            commit = part.split()[1][:12]
        elif part.startswith(":"):
            new, path = part.split()[3], next(parts)
            # The log begins with the newest commit: the last one found added the version.
            if set(new) != {"0"}:
                found[new, path] = commit
    return sorted((commit, path, blob) for (blob, path), commit in found.items())


def _run_git(root: Path, *arguments: str) -> bytes:
    return subprocess.run(["git", *arguments], cwd=root, capture_output=True, check=True).stdout


def _stop_at(found: Found, *, origin: Origin, tell: Callable[[str], None]) -> None:
    signed = read_signed()
    left = {each for each, content in found if not is_excepted(each, content, signed)}
    if not left:
        return
    for each in summarise_disclosures(left):
        tell(f"May not leave: {each}")
    advice = {
        Origin.REAL: "Make one that may: python -m analysis deidentify RAW NEW",
        Origin.DEIDENTIFIED: "Correct it at the source and de-identify again",
        Origin.SIMULATED: "Take it out",
    }[origin]
    places = f" in {len(left)} places" if len(left) > 1 else ""
    raise DataError(
        f"what may not leave was found{places}", hint=f"{advice}, or sign an exception in {SIGNED}"
    )
