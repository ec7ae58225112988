"""Make the locked environment, and find out fast that nothing has to be done."""

import contextlib
import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import time
from pathlib import Path

from analysis import paths
from analysis.errors import MissingError
from analysis.run import lock
from analysis.run.state import forget_hashes, hash_file, replace_text

FOLDER = ".venv"
WHEELS = "wheels"
STAMP = "set-up.json"
PTH = "svf_hand_trial.pth"
QUARTO = "quarto-cli==1.9.38"
QUARTO_SECONDS = 60
NO_QUARTO = "Quarto could not be had; the built-in renderer does its work."


def set_up(*, quarto=False, conda=False, root=paths.ROOT):
    """Bring the environment to what requirements.lock says.

    Parameters
    ----------
    quarto : bool
        Try to get Quarto even if that has failed before.
    conda : bool
        The running Python is that of environment.yml: hold it against the lock, change nothing.
    root : pathlib.Path
        The repository.

    Raises
    ------
    MissingError
        Python's venv is not there, packages cannot be had, or the active conda
        environment differs from the lock.
    """
    if conda:
        lock.check_installed(root / "requirements.lock")
        write_pth(Path(sys.prefix), root)
        return
    venv = root / FOLDER
    with _hold(root / ".run"):
        forget_hashes()
        stamp = read_stamp(venv)
        if stamp and not quarto and stamp["state"] == describe_state(venv, root):
            return
        _make_environment(venv, root, fresh=not stamp, quarto=quarto)


def describe_state(venv, root):
    """Return what the stamp is held against: the lock, the interpreter, what is installed."""
    packages = sorted(path.name for path in site_packages(venv).glob("*.dist-info"))
    return {
        "lock": hash_file(root / "requirements.lock"),
        "python": sys.version,
        "packages": hashlib.sha256("\n".join(packages).encode()).hexdigest(),
    }


def read_stamp(venv):
    """Return the note of the last finished set-up, empty where there is none."""
    try:
        return json.loads((venv / STAMP).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}


def site_packages(prefix):
    """Return the folder of the packages below an environment."""
    return Path(sysconfig.get_path("purelib", "venv", {"base": str(prefix)}))


def write_pth(prefix, root):
    """Put the repository on the path of an environment, without a build.

    A path from the environment's own folder survives a move of the repository, and
    holds no letters that an encoding could spoil.
    """
    folder = site_packages(prefix)
    inside = folder.is_relative_to(root)
    line = os.path.relpath(root, folder) if inside else str(root)
    replace_text(folder / PTH, f"{line}\n")


def _make_environment(venv, root, *, fresh, quarto):
    started = time.monotonic()
    told = read_stamp(venv).get("quarto")
    print(f"Setting up {FOLDER} from requirements.lock: a minute or two, once.", flush=True)
    (venv / STAMP).unlink(missing_ok=True)
    python = venv / "bin" / "python"
    if fresh or not python.exists():
        _make_venv(venv)
        _install_uv(python, root)
    _sync(python, root)
    write_pth(venv, root)
    if _offline(root):
        told = NO_QUARTO
    elif quarto or told != NO_QUARTO:
        told = _try_quarto(python)
    replace_text(
        venv / STAMP,
        json.dumps({"state": describe_state(venv, root), "quarto": told}, indent=1) + "\n",
    )
    print(f"{FOLDER} is ready after {time.monotonic() - started:.0f} s. {told}")


def _make_venv(venv):
    """Start from nothing: after an interrupted installation no part can be trusted."""
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
    # An environment that was being removed may be left with a link that still runs, and no word
    # of the Python behind it.
    if venv.exists() and venv.samefile(base.parents[1]):
        base = base.resolve()
    shutil.rmtree(venv, ignore_errors=True)
    _call([str(base), "-m", "venv", str(venv)], "no environment could be made")


def _install_uv(python, root):
    text = (root / "requirements.lock").read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory() as folder:
        pinned = Path(folder) / "uv.txt"
        pinned.write_text(lock.find_block(text, "uv"), encoding="utf-8")
        _call(
            [*_pip(python), *_offline(root), "--no-deps", "--requirement", str(pinned)],
            "uv could not be had",
        )


def _sync(python, root):
    locked = str(root / "requirements.lock")
    # The machine's own certificates, as pip uses them; uv brings others.
    uv = [str(python.with_name("uv")), "pip", "sync", "--require-hashes", "--system-certs"]
    near = _offline(root)
    try:
        _call([*uv, *near, "--python", str(python), locked], "the packages could not be had")
    except MissingError:
        # pip may know a package index that uv was not told of.
        _call([*_pip(python), *near, "--requirement", locked], "the packages could not be had")


def _offline(root):
    """Take packages from beside the sources alone, where an archive brings them."""
    wheels = root / WHEELS
    return ["--no-index", "--find-links", str(wheels)] if wheels.is_dir() else []


def _try_quarto(python):
    """Try once to get Quarto from the package index; without it all is there as well."""
    command = [str(python), "-m", "pip", "install", "--quiet", "--no-deps", "--no-input", QUARTO]
    # A pip that is killed leaves what it has downloaded.
    with tempfile.TemporaryDirectory() as scratch:
        process = subprocess.Popen(
            command,
            env=os.environ | {"TMPDIR": scratch},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            close_fds=False,
        )
        try:
            code = process.wait(QUARTO_SECONDS)
        except BaseException as error:
            os.killpg(process.pid, 9)
            process.wait()
            if not isinstance(error, subprocess.TimeoutExpired):
                raise
            code = None
    if code == 0:
        return "Quarto is there."
    return NO_QUARTO


def _pip(python):
    return [str(python), "-m", "pip", "install", "--quiet", "--no-input", "--require-hashes"]


def _call(command, problem):
    done = subprocess.run(command, capture_output=True, text=True, check=False, close_fds=False)
    if done.returncode:
        lines = (done.stderr or done.stdout).strip().splitlines()
        raise MissingError(
            f"{problem}: {' '.join(lines[-3:])}",
            hint="Look whether this machine reaches its package index, and run `make setup` again",
        )


@contextlib.contextmanager
def _hold(folder):
    """Let one set-up work at a time; what a killed one has started still holds the lock."""
    folder.mkdir(exist_ok=True)
    with open(folder / "set-up.lock", "w") as file:
        os.set_inheritable(file.fileno(), True)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("Waiting for another set-up that is still at work.", flush=True)
            fcntl.flock(file, fcntl.LOCK_EX)
        yield
