"""Render the staged project with Quarto, where a supported version is there."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from analysis.errors import AnalysisError, MissingError

SUPPORTED = "1.9"
SUFFIXES = ("html", "docx", "pdf")
INSTEAD = "RENDERER=builtin does without it"
# It takes less than half a minute; one that waits for a network would wait for ever.
PATIENCE = 300
HINT = "Install Quarto 1.9 (conda-forge has it), or ask for RENDERER=builtin"


def name_quarto():
    """Return the name of this renderer with its version.

    Raises
    ------
    MissingError
        There is no quarto on PATH, or its version is not supported.
    """
    program = shutil.which("quarto")
    if not program:
        raise MissingError("there is no quarto on PATH", hint=HINT)
    done = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)
    version = done.stdout.strip()
    if not version.startswith(f"{SUPPORTED}."):
        raise MissingError(f"Quarto {version or 'of unknown version'} is not supported", hint=HINT)
    return f"Quarto {version}"


def render_quarto(folder, *, epoch) -> dict[str, Path]:
    """Render a staged project with Quarto.

    Returns
    -------
    dict of str to pathlib.Path
        The documents by format: html, docx, pdf; they lie with what they need in one folder.
    """
    with tempfile.TemporaryDirectory(prefix="manuscript-") as place:
        # Quarto finds nothing to render below a folder whose name begins with a dot
        # (quarto-cli#3186), and OUT/.run is one.
        project = Path(place) / "project"
        shutil.copytree(folder, project)
        # One call for all formats: Quarto empties the output folder before each.
        try:
            done = subprocess.run(
                ["quarto", "render"],
                cwd=project,
                env={**os.environ, "SOURCE_DATE_EPOCH": str(epoch), "TZ": "UTC"},
                capture_output=True,
                text=True,
                encoding="utf-8",
                check=False,
                timeout=PATIENCE,
            )
        except subprocess.TimeoutExpired:
            raise AnalysisError(f"Quarto did not end within {PATIENCE} s", hint=INSTEAD) from None
        absent = [
            suffix for suffix in SUFFIXES if not (project / "_output" / f"index.{suffix}").exists()
        ]
        if done.returncode or absent:
            lines = (done.stderr or done.stdout).strip().splitlines()
            raise AnalysisError(
                f"Quarto could not render {' '.join(absent)}: {' '.join(lines[-3:])}", hint=INSTEAD
            )
        shutil.copytree(project / "_output", folder / "_output", dirs_exist_ok=True)
    return {suffix: folder / "_output" / f"index.{suffix}" for suffix in SUFFIXES}
