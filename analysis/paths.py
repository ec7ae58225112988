"""Where everything is; the only module that knows the layout of the repository."""

from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

STUDY = ROOT / "study.yml"
RAW = ROOT / "data" / "raw"
NOTEBOOK_FOLDER = ROOT / "notebooks"
REPORT_FOLDER = ROOT / "report"
LOCK = ROOT / "requirements.lock"
TABLE_SCHEMAS = ROOT / "analysis" / "datapackage.json"

# Files of an export.
REDCAP = "redcap_export.csv"
DICTIONARY, MAP = "redcap_dictionary.csv", "fields.csv"
DIARY = "raynaud_diary.csv"
CAPILLAROSCOPY = "capillaroscopy.csv"
CORRECTIONS = "corrections.csv"

# Files and folders in report/ that a run or Quarto writes, or that show and prove its results.
_WRITTEN_IN_REPORT = (
    *("_generated", "_metadata.yml", "_output", "_prepared", "_preview", "_variables.yml"),
    *("notebooks", "preview", "record"),
)


def resolve_path(path: str | Path) -> Path:
    """Return a path from a notebook's parameters; relative ones start at the repository."""
    return ROOT / path


def is_report_source(name: str) -> bool:
    """Return True if a file or folder in report/ is a source, neither written nor hidden."""
    return name not in _WRITTEN_IN_REPORT and not name.startswith(".")


@dataclass(frozen=True)
class Outputs:
    """The places below OUT, the root of everything that a run writes.

    Parameters
    ----------
    root
        OUT; the repository itself by default.
    """

    root: Path = ROOT

    @property
    def processed(self) -> Path:
        """Tables, one CSV each, with results/ below."""
        return self.root / "data" / "processed"

    @property
    def notebooks(self) -> Path:
        """Executed copies."""
        return self.root / "report" / "notebooks"

    @property
    def generated(self) -> Path:
        """Figures, tables and variables that the report includes."""
        return self.root / "report" / "_generated"

    @property
    def documents(self) -> Path:
        """The rendered report."""
        return self.root / "report" / "_output"

    @property
    def state(self) -> Path:
        """Fingerprints and records of the runner."""
        return self.root / ".run"
