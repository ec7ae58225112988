"""The environment in which notebooks run, the same on every machine and for every user."""

import os
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from analysis import paths
from analysis.run.state import read_state, write_state

# The only variables kept from the machine; any other could change a result.
_KEPT = (
    "PATH",
    "HOME",
    "LD_LIBRARY_PATH",
    "DYLD_FALLBACK_LIBRARY_PATH",
    "LOGNAME",
    "TERM",
    "USER",
)
FIXED = {
    "LC_ALL": "C.UTF-8",
    "TZ": "UTC",
    "PYTHONHASHSEED": "0",
    "PYTHONNOUSERSITE": "1",
    "PYTHONUTF8": "1",
    "JUPYTER_PREFER_ENV_PATH": "1",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "NUMEXPR_NUM_THREADS": "1",
    "VECLIB_MAXIMUM_THREADS": "1",
}
# Python collects cyclic garbage after every 700 new objects; importing packages creates hundreds
# of thousands, all of which are kept. A kernel ends when its runner does, unless the runner ended
# before the kernel began to watch it: where a session manager, not process 1, adopts orphans, it
# would stay forever. After each cell, the kernel lists the modules of `analysis` that are loaded.
START_UP = """\
import gc
import os
import sys

gc.set_threshold(10_000)
if os.getppid() != int(os.environ.get("JPY_PARENT_PID", os.getppid())):
    os._exit(1)

def note_code(_):
    # A copy: another thread may be importing.
    loaded = sys.modules.copy().items()
    code = [module.__file__ for name, module in loaded if name.split(".")[0] == "analysis"]
    with open(os.path.join(os.environ["IPYTHONDIR"], "code"), "w", encoding="utf-8") as file:
        file.write("\\n".join(code))

get_ipython().events.register("post_run_cell", note_code)
"""


def enter_environment(outputs: paths.Outputs, private: Path) -> None:
    """Give this process and its children an environment that is the same everywhere.

    Only the variables in `_KEPT` stay. `private` is a new folder for temporary files and for the
    settings of IPython and Jupyter, so that those of the user do not apply.
    """
    from analysis.study import load_study

    startup = private / "ipython" / "profile_default" / "startup"
    for folder in (startup, private / "temporary", private / "matplotlib"):
        folder.mkdir(parents=True)
    (startup / "runner.py").write_text(START_UP, encoding="utf-8")
    for name, text in (read_state(_known_fonts(outputs)) or {}).items():
        (private / "matplotlib" / name).write_text(text, encoding="utf-8")
    # Time stamps in files are midnight UTC of the registered start of the study.
    start = datetime.fromisoformat(load_study(paths.STUDY).study.registered_start.value)
    variables = {
        **{name: os.environ[name] for name in _KEPT if name in os.environ},
        **FIXED,
        "IPYTHONDIR": str(private / "ipython"),
        "JUPYTER_CONFIG_DIR": str(private / "config"),
        "JUPYTER_DATA_DIR": str(private / "data"),
        "JUPYTER_RUNTIME_DIR": str(private / "runtime"),
        "MPLCONFIGDIR": str(private / "matplotlib"),
        "TMPDIR": str(private / "temporary"),
        "SOURCE_DATE_EPOCH": str(int(start.replace(tzinfo=UTC).timestamp())),
    }
    os.environ.clear()
    os.environ.update(variables)
    tempfile.tempdir = None


def keep_fonts(outputs: paths.Outputs, private: Path) -> None:
    """Keep Matplotlib's list of fonts, which is slow to make, for later runs.

    Each run uses a copy: a damaged list would change figures, and in a shared folder a run
    would wait in vain for a lock left by a killed kernel.
    """
    found = (private / "matplotlib").glob("fontlist-*.json")
    lists = {path.name: path.read_text("utf-8") for path in found}
    if lists and read_state(_known_fonts(outputs)) is None:
        write_state(_known_fonts(outputs), lists)


def _known_fonts(outputs: paths.Outputs) -> Path:
    return outputs.state / "fonts.json"
