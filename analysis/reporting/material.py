"""What the report is made from: results, plan, words, figures and tables, executed copies."""

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from analysis import paths
from analysis.errors import MissingError
from analysis.provenance import Provenance, read_provenance
from analysis.reporting.facts import MONITORING, hides_people
from analysis.study import Study, load_study
from analysis.tables import read_table


@dataclass(frozen=True)
class Material:
    """What the report is made from; the paths are folders."""

    results: pd.DataFrame
    study: Study
    provenance: Provenance
    generated: Path
    notebooks: Path
    sources: Path = paths.REPORT_FOLDER


def read_material(
    outputs: paths.Outputs, *, sources: Path = paths.REPORT_FOLDER, study: Path = paths.STUDY
) -> Material:
    """Read what the report is made from.

    Raises
    ------
    MissingError
        The notebooks have not run yet.
    """
    if not (outputs.processed / "results.csv").exists() or not outputs.generated.exists():
        raise MissingError("there are no results yet", hint="Run `make notebooks` first")
    return Material(
        results=read_table("results", outputs.processed),
        study=load_study(study),
        provenance=read_provenance(outputs.processed),
        generated=outputs.generated,
        notebooks=outputs.notebooks,
        sources=sources,
    )


def list_material(folder: Path) -> list[Path]:
    """Return the files of report/ that documents are made from."""
    return [
        path
        for path in sorted(folder.rglob("*"))
        if path.is_file() and paths.is_report_source(path.relative_to(folder).parts[0])
    ]


def list_notebooks(material: Material) -> list[str]:
    """Return the names of the executed copies that a reader may see.

    Where listings of real people are coarsened, the notebook of the checks would undo that.
    """
    coarse = hides_people(material.study, material.provenance)
    names = sorted(path.stem for path in material.notebooks.glob("*.ipynb"))
    return [name for name in names if not (coarse and name in MONITORING)]
