"""Render the staged project with Quarto, where a supported version is there."""

import os
import shutil
import subprocess

from analysis.errors import AnalysisError, MissingError

SUPPORTED = "1.9"
FORMATS = {"html": "html", "docx": "docx", "typst": "pdf"}
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


def render_quarto(folder, *, epoch):
    """Render a staged project with Quarto.

    Returns
    -------
    dict of str to pathlib.Path
        The documents by format: html, docx, pdf; they lie with what they need in one folder.
    """
    for name in FORMATS:
        done = subprocess.run(
            ["quarto", "render", "--to", name],
            cwd=folder,
            env={**os.environ, "SOURCE_DATE_EPOCH": str(epoch), "TZ": "UTC"},
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
        )
        if done.returncode:
            lines = (done.stderr or done.stdout).strip().splitlines()
            raise AnalysisError(f"Quarto could not render {name}: {' '.join(lines[-3:])}")
    return {suffix: folder / "_output" / f"index.{suffix}" for suffix in FORMATS.values()}
