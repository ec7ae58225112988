"""The evidence of a finished run, from which the reference results (the record) are made."""

import hashlib
import json
import platform
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

import pandas as pd

from analysis.errors import DataError, MissingError
from analysis.paths import Outputs
from analysis.reporting.facts import SOFTWARE
from analysis.reporting.lint import read_document
from analysis.review.digests import Digest, digest_raw, digest_table
from analysis.run.fingerprint import PARAMETER_PREFIX, RAW_PREFIX, raw_files
from analysis.run.state import forget_hashes, hash_file, read_record, replace_text
from analysis.run.steps import STEPS
from analysis.tables import read_table, table_schemas, write_table

RECORD_FOLDER = "report/record"
RECORD = "record.json"
_DOCUMENTS = tuple(
    f"{name}.{suffix}" for name in ("index", "supplement") for suffix in ("html", "docx", "pdf")
)
# Packages whose version can change a number or a document.
PACKAGES = (*SOFTWARE, "joblib", "koreanize-matplotlib", "nbclient", "pypandoc-binary", "typst")
_OUTPUTS = ("data/", "report/_generated/", "report/_output/", "report/notebooks/")


@dataclass(frozen=True)
class Evidence:
    """The inputs and the outputs of a finished run.

    Parameters
    ----------
    results
        The results table.
    inputs
        Content hashes of raw files, study.yml, the lock, notebooks, modules, texts.
    raw, tables
        Digests by file and by table, as `analysis.review.digests` makes them.
    files
        Content hashes of every published file, by path below OUT.
    texts
        Digests of the text of the documents, by name, for each renderer.
    renderer
        Name and version of the renderer of the published documents.
    platform, packages
        The platform it ran on, and the versions of packages.
    recorded_on
        The day on which this became the record, ISO; "" for any other run.
    """

    results: pd.DataFrame
    inputs: dict[str, str]
    raw: dict[str, Digest]
    tables: dict[str, Digest]
    files: dict[str, str]
    texts: dict[str, dict[str, str]]
    renderer: str
    platform: dict[str, str]
    packages: dict[str, str]
    recorded_on: str = ""


def take_evidence(outputs: Outputs, *, raw: Path, environment: Path) -> Evidence:
    """Return the evidence of a finished run, given its export and the prefix of its Python.

    Raises
    ------
    MissingError
        A step has not run.
    """
    forget_hashes()
    fingerprints: dict[str, str] = {}
    files: set[str] = set()
    for step in STEPS:
        record = read_record(outputs, step.name)
        if record is None and step.personal:
            continue
        if record is None:
            raise MissingError(
                f"{step.name} has not run", file=outputs.root, hint="Run `make report`"
            )
        fingerprints |= record.fingerprint
        files |= {*record.files}
    renderer = fingerprints["renderer"]
    return Evidence(
        results=read_table("results", outputs.processed),
        inputs=select_inputs(fingerprints),
        raw=digest_export(raw),
        tables=digest_tables(outputs),
        files={name: hash_file(outputs.root / name) for name in sorted(files)},
        texts={renderer: _digest_texts(outputs.documents)},
        renderer=renderer,
        platform=describe_platform(fingerprints["Python"]),
        packages=list_packages(environment),
    )


def select_inputs(fingerprints: dict[str, str]) -> dict[str, str]:
    """Return the entries of fingerprints that are input files."""
    left_out = (PARAMETER_PREFIX, *_OUTPUTS)
    return {
        name: fingerprints[name]
        for name in sorted(fingerprints)
        if name not in ("Python", "renderer") and not name.startswith(left_out)
    }


def write_evidence(evidence: Evidence, folder: Path) -> None:
    """Write results.csv and record.json."""
    write_table(evidence.results, "results", folder)
    content = {name: value for name, value in vars(evidence).items() if name != "results"}
    replace_text(folder / RECORD, json.dumps(content, indent=1, ensure_ascii=False) + "\n")


def read_evidence(folder: Path) -> Evidence:
    """Read the record.

    Raises
    ------
    MissingError, DataError
        There is no record, or it is not readable.
    """
    path = folder / RECORD
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        evidence = Evidence(results=read_table("results", folder), **content)
        digests = (*evidence.raw.values(), *evidence.tables.values())
        once = {"renderer": evidence.renderer, "recorded_on": evidence.recorded_on}
        flat = (evidence.inputs, evidence.files, evidence.platform, evidence.packages, once)
        for names in (*flat, *evidence.texts.values(), *(d[p] for d in digests for p in d)):
            if not all(isinstance(each, str) for each in names.values()):
                raise TypeError(names)
        return evidence
    except FileNotFoundError:
        raise MissingError(
            "there are no reference results", file=path, hint="Restore them, or run `make record`"
        ) from None
    except (ValueError, TypeError, AttributeError, KeyError, RecursionError):
        raise DataError(
            "this is no record of results", file=path, hint="Restore it from git"
        ) from None


def find_unrecorded(record: Evidence) -> list[str]:
    """Return what a run publishes but a record does not list: such a record proves nothing."""
    outputs = Outputs(Path())
    tables = [outputs.processed / f"{name}.csv" for name in table_schemas()]
    shipped = [step for step in STEPS if not step.personal]
    needed = {path.as_posix() for path in (*tables, *(step.target(outputs) for step in shipped))}
    missing = [f"{name} is not on record" for name in sorted(needed - {*record.files})]
    inputs = {f"notebooks/{step.name}.ipynb" for step in shipped if step.notebook} | {"study.yml"}
    missing += [f"{name} is not on record" for name in sorted(inputs - {*record.inputs})]
    digested = {"results", *record.tables}
    rowless = {path.as_posix() for path in tables if path.stem not in digested} & {*record.files}
    rowless |= {name for name in record.inputs if name.startswith(RAW_PREFIX) and not record.raw}
    missing += [f"{name} is on record without its rows" for name in sorted(rowless)]
    return missing + ([] if len(record.results) else ["no result is on record"])


def describe_platform(python: str) -> dict[str, str]:
    """Return the facts about the platform that can matter for a number."""
    library, version = platform.libc_ver()
    return {
        "system": platform.system(),
        "machine": platform.machine(),
        "library": f"{library} {version}".strip(),
        "Python": python,
    }


def list_packages(environment: Path) -> dict[str, str]:
    """Return the versions of the packages that matter, by name."""
    # Its Python may differ from the running one.
    folders = [str(path) for path in environment.glob("lib/python3*/site-packages")]
    found = {
        each.metadata["Name"].replace("_", "-"): each.version
        for each in metadata.distributions(path=folders)
    }
    return {name: found.get(name, "missing") for name in sorted(PACKAGES)}


def digest_export(raw: Path) -> dict[str, Digest]:
    """Return the digests of every raw table, by its name after ``raw/``."""
    digests = {
        f"{RAW_PREFIX}{path.relative_to(raw).as_posix()}": digest_raw(path.read_bytes())
        for path in raw_files(raw)
        if path.suffix == ".csv"
    }
    return {name: digest for name, digest in digests.items() if digest}


def digest_tables(outputs: Outputs) -> dict[str, Digest]:
    """Return the digests of every processed table except the results, by name."""
    paths = {name: outputs.processed / f"{name}.csv" for name in table_schemas()}
    return {
        name: digest_table(path.read_bytes(), name)
        for name, path in paths.items()
        if name != "results" and path.exists()
    }


def _digest_texts(documents: Path) -> dict[str, str]:
    texts = {
        name: " ".join(read_document(documents / name).split())
        for name in _DOCUMENTS
        if (documents / name).exists()
    }
    return {name: hashlib.sha256(text.encode()).hexdigest() for name, text in texts.items()}
