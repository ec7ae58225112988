"""The whole simulated export: make it, plant its faults, write it."""

import hashlib
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd
import yaml

from analysis.demo.cohort import Cohort
from analysis.demo.crf import make_redcap_export, project_dictionary, project_fields, read_forms
from analysis.demo.faults import CORRECTION_HEADER, plant_faults
from analysis.demo.other_files import make_diary, make_images
from analysis.demo.planter import DIARY, IMAGES, REDCAP
from analysis.demo.readme import format_readme
from analysis.errors import UsageError

EXPORTED_ON = "2022-12-20"
# Encodings that provenance.yml states, for files that could also be read in another.
STATED = {IMAGES: "cp949"}
_CHECKSUMS = "SHA256SUMS"
SMALLEST, LARGEST = 7, 10_000


@dataclass(frozen=True)
class Export:
    """The files of an export; every table holds text, "" where a cell is empty.

    Parameters
    ----------
    tables
        By file name, in the order in which they are written.
    provenance
        The content of provenance.yml.
    faults
        What was planted, one row per cell; empty for a clean export.
    """

    tables: dict[str, pd.DataFrame]
    provenance: dict[str, object]
    faults: pd.DataFrame


def make_export(participants: int = 7, seed: int = 2016, *, faults: str = "planted") -> Export:
    """Simulate an export.

    Parameters
    ----------
    participants
        7 to 10 000; one screening failure per seven is added.
    seed
        Seed of all random numbers.
    faults
        ``planted`` or ``none``. Without faults there is nothing a monitor would query: also no
        visit outside its window, no refused questionnaire, no additional field of the site.

    Raises
    ------
    UsageError
        A number of participants outside 7 to 10 000, a seed below 0, or another value of `faults`.
    """
    if not SMALLEST <= participants <= LARGEST:
        raise UsageError(
            f"{participants} participants cannot be simulated",
            hint=f"Give a number from {SMALLEST} to {LARGEST}",
        )
    if seed < 0:
        raise UsageError(f"a seed is a whole number from 0, not {seed}", hint="Give another seed")
    if faults not in ("planted", "none"):
        raise UsageError(f"faults are planted or none, not {faults!r}", hint="Choose one of them")
    planted = faults == "planted"
    cohort = Cohort(participants, seed, deviations=planted)
    forms = read_forms(own_fields=planted)
    tables = {
        REDCAP: make_redcap_export(cohort, forms),
        "redcap_dictionary.csv": project_dictionary(forms),
        "fields.csv": project_fields(forms),
        DIARY: make_diary(cohort),
        IMAGES: make_images(cohort),
        "corrections.csv": pd.DataFrame(columns=list(CORRECTION_HEADER), dtype="object"),
    }
    provenance = {
        "description": "Simulated export; nobody described in it exists",
        "exported_on": EXPORTED_ON,
        "exported_by": "analysis.demo",
        "simulated": True,
        "export": {
            "values": "raw",
            "made_with": "api",
            "dates_shifted": "none",
            "identifiers_hashed": "none",
            "free_text_removed": False,
            "blank_status": False,
            "filters": "none",
        },
        "software": f"analysis.demo, seed {seed}, {participants} participants, faults {faults}",
    }
    export = Export(tables, provenance, pd.DataFrame())
    if not planted:
        return export
    tables, listed = plant_faults(tables, cohort)
    provenance = provenance | {"encoding": STATED}
    return replace(export, tables=tables, provenance=provenance, faults=listed)


def write_export(export: Export, folder: Path) -> None:
    """Write an export with its checksums and its README; equal exports give equal bytes.

    Raises
    ------
    UsageError
        The folder contains an export that is not simulated.
    """
    _refuse_real(folder)
    folder.mkdir(parents=True, exist_ok=True)
    encodings = {REDCAP: "utf-8-sig", **STATED} if len(export.faults) else {}
    for name, table in export.tables.items():
        text = table.to_csv(index=False, lineterminator="\n")
        (folder / name).write_bytes(text.encode(encodings.get(name, "utf-8")))
    provenance = yaml.safe_dump(export.provenance, sort_keys=False, allow_unicode=True)
    (folder / "provenance.yml").write_bytes(provenance.encode())
    names = sorted([*export.tables, "provenance.yml"])
    hashes = {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in names}
    sums = "".join(f"{hashed}  {name}\n" for name, hashed in hashes.items())
    (folder / _CHECKSUMS).write_bytes(sums.encode())
    (folder / "README.md").write_bytes(
        format_readme(export.tables, export.provenance, export.faults).encode()
    )


def _refuse_real(folder: Path) -> None:
    path = folder / "provenance.yml"
    if path.exists():
        found = yaml.safe_load(path.read_text(encoding="utf-8"))
        if isinstance(found, dict) and found.get("simulated") is False:
            message = "this folder holds an export that is not simulated"
            raise UsageError(message, file=folder, hint="Choose another folder")
