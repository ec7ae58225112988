"""Make the environment of requirements.lock, or find out quickly that it is up to date."""

import contextlib
import functools
import json
import os
import re
import signal
import subprocess
import sys
import sysconfig
import tempfile
import time
from pathlib import Path
from typing import Any

from analysis import paths
from analysis.errors import DataError, MissingError
from analysis.run.notebook_filter import SAID, set_filter
from analysis.run.state import (
    clear_folder,
    forget_hashes,
    hash_content,
    hash_file,
    hold_lock,
    replace_text,
)

ENVIRONMENT = ".venv"
_WHEELS = "wheels"
STAMP = "set-up.json"
PTH = "svf_hand_trial.pth"
QUARTO = "quarto-cli==1.9.38"
QUARTO_SECONDS = 60
ENTRY = re.compile(r"^(?P<name>[A-Za-z0-9][\w.-]*)==(?P<version>\S+)(?: ; (?P<marker>.+?))? \\$")
NO_QUARTO = "Quarto could not be had; the built-in renderer does its work."


def set_up(*, quarto: bool = False, conda: bool = False, root: Path = paths.ROOT) -> None:
    """Bring the environment to the state of requirements.lock.

    Parameters
    ----------
    quarto
        Try to get Quarto even if that has failed before.
    conda
        The running Python is that of environment.yml: compare it with the lock, install nothing.

    Raises
    ------
    MissingError
        Python's venv is missing, packages cannot be installed, or the active conda environment
        differs from the lock.
    """
    if conda:
        check_installed(root / "requirements.lock")
        write_pth(Path(sys.prefix), root)
        _set_filter(root, Path(sys.executable))
        return
    venv = root / ENVIRONMENT
    wait = functools.partial(print, "Waiting for another set-up that is still at work.", flush=True)
    with hold_lock(root / ".run" / "set-up.lock", on_wait=wait, inherited=True):
        forget_hashes()
        stamp = read_stamp(venv)
        if not stamp or quarto or stamp["state"] != describe_state(venv, root):
            _make_environment(venv, root, quarto=quarto)
    _set_filter(root, venv / "bin" / "python")


def _set_filter(root: Path, python: Path) -> None:
    with contextlib.suppress(OSError):  # A read-only clone is used as it is.
        if set_filter(root, python):
            print(SAID, flush=True)


def describe_state(venv: Path, root: Path) -> dict[str, str]:
    """Return what the stamp is compared with: lock, interpreter and installed packages."""
    packages = sorted(path.name for path in site_packages(venv).glob("*.dist-info"))
    return {
        "lock": hash_file(root / "requirements.lock"),
        "python": sys.version,
        "packages": hash_content(packages),
    }


def read_stamp(venv: Path) -> dict[str, Any]:
    """Return the note of the last finished set-up, empty where there is none."""
    try:
        return json.loads((venv / STAMP).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}


def site_packages(prefix: Path) -> Path:
    """Return the folder of the packages below an environment."""
    return Path(sysconfig.get_path("purelib", "venv", {"base": str(prefix)}))


def write_pth(prefix: Path, root: Path) -> None:
    """Put the repository on the path of an environment, without a build.

    A path relative to the environment survives a move of the repository, and contains no
    characters that an encoding could damage.
    """
    folder = site_packages(prefix)
    line = os.path.relpath(root, folder) if folder.is_relative_to(root) else str(root)
    replace_text(folder / PTH, f"{line}\n")


def read_lock(text: str) -> dict[str, tuple[str, str]]:
    """Return version and marker of every package of the lock, by name."""
    entries = (ENTRY.match(line) for line in text.splitlines())
    return {entry["name"]: (entry["version"], entry["marker"] or "") for entry in entries if entry}


def find_block(text: str, name: str) -> str:
    """Return the lines of one package of the lock: its pin and its hashes."""
    found = re.search(rf"^{re.escape(name)}==.*\n(?:[ \t].*\n)*", text, re.MULTILINE)
    if not found:
        raise DataError(f"{name} is not in it", file="requirements.lock", hint="Run `make lock`")
    return found[0]


def compare_installed(locked: dict[str, tuple[str, str]], installed: dict[str, str]) -> list[str]:
    """Return what differs from the lock, one phrase per package.

    Parameters
    ----------
    locked
        As `read_lock` returns it.
    installed
        Versions by normalised name.
    """
    from packaging.markers import Marker

    return [
        f"{name} is {installed.get(name, 'missing')}, locked is {version}"
        for name, (version, marker) in locked.items()
        if (not marker or Marker(marker).evaluate()) and installed.get(name) != version
    ]


def check_installed(path: Path) -> None:
    """Raise a `MissingError` if the running environment differs from the lock."""
    from importlib.metadata import distributions

    from packaging.utils import canonicalize_name

    installed = {
        str(canonicalize_name(each.metadata["Name"])): each.version for each in distributions()
    }
    differing = compare_installed(read_lock(path.read_text(encoding="utf-8")), installed)
    if differing:
        raise MissingError(
            f"the active conda environment differs from the lock: {'; '.join(differing[:5])}",
            file="requirements.lock",
            hint="Run `conda env update --prune --file environment.yml`, or deactivate it",
        )


def _make_environment(venv: Path, root: Path, *, quarto: bool) -> None:
    started = time.monotonic()
    stamp = read_stamp(venv)
    print(f"Setting up {ENVIRONMENT} from requirements.lock: a minute or two, once.", flush=True)
    (venv / STAMP).unlink(missing_ok=True)
    python = venv / "bin" / "python"
    if not stamp or not python.exists():
        _make_venv(venv)
        _install_uv(python, root)
    _sync(python, root)
    write_pth(venv, root)
    outcome = stamp.get("quarto")
    if _offline(root):
        outcome = NO_QUARTO
    elif quarto or outcome != NO_QUARTO:
        outcome = _try_quarto(python)
    stamp = {"state": describe_state(venv, root), "quarto": outcome}
    replace_text(venv / STAMP, json.dumps(stamp, indent=1) + "\n")
    print(f"{ENVIRONMENT} is ready after {time.monotonic() - started:.0f} s. {outcome}")


def _make_venv(venv: Path) -> None:
    """Make the environment from scratch: an interrupted installation cannot be trusted."""
    try:
        import ensurepip  # noqa: F401
        import venv as _  # noqa: F401
    except ImportError:
        raise MissingError(
            "this Python cannot make environments",
            file=sys.executable,
            hint="On Debian or Ubuntu: apt-get install python3-venv",
        ) from None
    base = Path(getattr(sys, "_base_executable", sys.executable))
    # A partly removed environment may still have a link to Python that works, but no record of
    # where that Python is.
    if venv.exists() and venv.samefile(base.parents[1]):
        base = base.resolve()
    clear_folder(venv)
    _call([str(base), "-m", "venv", str(venv)], "no environment could be made")


def _install_uv(python: Path, root: Path) -> None:
    pinned = find_block((root / "requirements.lock").read_text(encoding="utf-8"), "uv")
    pip = [*_pip(python), *_offline(root), "--no-deps", "--requirement", "/dev/stdin"]
    _call(pip, "installing uv failed", given=pinned)


def _sync(python: Path, root: Path) -> None:
    locked = str(root / "requirements.lock")
    # The machine's own certificates, as pip uses them; uv brings others.
    uv = [str(python.with_name("uv")), "pip", "sync", "--require-hashes", "--system-certs"]
    near = _offline(root)
    try:
        _call([*uv, *near, "--python", str(python), locked], "installing the packages failed")
    except MissingError:
        # pip may be set up for a package index that uv does not know.
        _call([*_pip(python), *near, "--requirement", locked], "installing the packages failed")


def _offline(root: Path) -> list[str]:
    """Return options to install only from the wheels of an archive, if it brings any."""
    wheels = root / _WHEELS
    return ["--no-index", "--find-links", str(wheels)] if wheels.is_dir() else []


def _try_quarto(python: Path) -> str:
    """Try once to install Quarto from the package index; everything works without it too."""
    command = [str(python), "-m", "pip", "install", "--quiet", "--no-deps", "--no-input", QUARTO]
    # A killed pip leaves its downloads and its child processes behind.
    with (
        tempfile.TemporaryDirectory() as scratch,
        subprocess.Popen(
            command,
            env=os.environ | {"TMPDIR": scratch},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            close_fds=False,
        ) as process,
    ):
        try:
            return NO_QUARTO if process.wait(QUARTO_SECONDS) else "Quarto is there."
        except subprocess.TimeoutExpired:
            return NO_QUARTO
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


def _pip(python: Path) -> list[str]:
    return [str(python), "-m", "pip", "install", "--quiet", "--no-input", "--require-hashes"]


def _call(command: list[str], problem: str, *, given: str | None = None) -> None:
    done = subprocess.run(
        command, input=given, capture_output=True, text=True, check=False, close_fds=False
    )
    if done.returncode:
        lines = (done.stderr or done.stdout).strip().splitlines()
        raise MissingError(
            f"{problem}: {' '.join(lines[-3:])}",
            hint="Check that this machine reaches its package index, and run `make setup` again",
        )
