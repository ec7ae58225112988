"""Run the Pandoc that comes with the environment, always the same way."""

import os
import subprocess

from analysis.errors import AnalysisError


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
    import pypandoc

    done = subprocess.run(
        [
            pypandoc.get_pandoc_path(),
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
