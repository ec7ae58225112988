"""Run the Pandoc that comes with the environment, always the same way."""

import os
import subprocess
from pathlib import Path

from analysis.errors import AnalysisError


def find_pandoc():
    """Return the path of the Pandoc in the locked wheel.

    pypandoc itself would take the newest that it finds on the machine, whoever put it there.
    """
    import pypandoc

    return str(Path(pypandoc.__file__).with_name("files") / "pandoc")


def name_pandoc():
    """Return its name with its version."""
    told = subprocess.run([find_pandoc(), "--version"], capture_output=True, text=True, check=True)
    return told.stdout.splitlines()[0].capitalize()


def run_pandoc(folder, source, output, options, *, epoch):
    """Run Pandoc inside a folder, without anyone's own settings, templates or clock.

    Parameters
    ----------
    folder : pathlib.Path
        Where it runs; paths in `options` count from here.
    source, output : pathlib.Path or str
    options : list of str
    epoch : int
        Time stamp of the output, seconds.

    Raises
    ------
    AnalysisError
        It failed, or had anything to complain about.
    """
    done = subprocess.run(
        [
            find_pandoc(),
            str(source),
            "--standalone",
            "--wrap=none",
            f"--data-dir={folder}",
            f"--output={output}",
            *options,
        ],
        cwd=folder,
        env={**os.environ, "SOURCE_DATE_EPOCH": str(epoch), "LC_ALL": "C.UTF-8", "TZ": "UTC"},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    if done.returncode or done.stderr.strip():
        raise AnalysisError(f"Pandoc could not make {output.name}: {done.stderr.strip()}")
