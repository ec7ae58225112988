"""Run the whole analysis in a copy of the repository, in a chosen environment."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from programs import call

from analysis import paths
from analysis.errors import DataError, MissingError
from analysis.run.setup import ENVIRONMENT
from matrix.factors import HOME

LOCALES = "locales"
# A user's settings; each would change the outputs, or stop the run, if it were used.
SETTINGS = {
    ".ipython/profile_default/startup/00.py": "print('hello', id(object()))\n",
    ".ipython/profile_default/ipython_config.py": "raise SystemExit('heard')\n",
    ".jupyter/jupyter_config.py": "raise SystemExit('heard')\n",
    ".config/matplotlib/matplotlibrc": "font.size: 40\nsavefig.dpi: 30\nfigure.facecolor: red\n",
    ".config/pip/pip.conf": "[global]\nno-such-option = 1\n",
    ".local/share/jupyter/kernels/python3/kernel.json": '{"argv": ["false"]}\n',
    ".local/share/pandoc/templates/default.html5": "heard\n",
    ".local/share/pandoc/templates/default.typst": "heard\n",
    ".pandoc/abbreviations": "the\n",
    "bin/pandoc": "#!/bin/sh\necho 'pandoc 99.0'\n",
    "modules/numpy.py": "raise SystemExit('heard')\n",
    "modules/sitecustomize.py": "raise SystemExit('heard')\n",
    "modules/startup.py": "raise SystemExit('heard')\n",
}


def find_obstacle(factor, *, locales):
    """Return why this machine cannot have a factor; "" if it can.

    A locale that is not installed is made in the folder `locales`.
    """
    program = factor.before[0] if factor.before else ""
    if program and not shutil.which(program):
        return f"{program} is not on this machine"
    if program and call(*factor.before, "true").returncode:
        return f"{program} is not allowed on this machine"
    if factor.locale and not _find_locale(*factor.locale, locales):
        return "it is not on this machine and could not be made"
    return ""


def run_report(copy, factors, *, home, locales):
    """Make the report in a copy of the sources, as a user whose home is full of settings.

    Raise a `MissingError` if the environment cannot be made, a `DataError` if the run fails.
    """
    if any(factor.python or factor.lowest for factor in factors):
        _set_up(copy, factors)
    elif not (copy / ENVIRONMENT).exists():
        (copy / ENVIRONMENT).symlink_to(Path(sys.prefix))
    _write_settings(home)
    jobs = max((factor.jobs for factor in factors), default=0) or 2
    before = [word for factor in factors for word in factor.before]
    umask = [factor.umask for factor in factors if factor.umask is not None]
    done = subprocess.run(
        [*before, "make", "--no-print-directory", f"-j{jobs}", "report", "RENDERER=builtin"],
        cwd=copy,
        env=_make_variables(factors, home=home, locales=locales),
        umask=umask[0] if umask else -1,
        capture_output=True,
    )
    if done.returncode:
        said = (done.stderr or done.stdout).decode("utf-8", "replace").strip().splitlines()
        raise DataError(f"the run failed: {' '.join(said[-3:])}")


def _make_variables(factors, *, home, locales):
    """Return a shell's variables, without those of the Make or Python that started this one."""
    ours = ("PYTHON", "MAKE", "MFLAGS", "LC_", "LANG", "TZ")
    variables = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    for factor in factors:
        for name, value in factor.variables.items():
            rest = os.environ["PATH"] if name == "PATH" else ""
            variables[name] = value and value.replace(HOME, str(home)) + rest
        if factor.locale and not _is_installed(*factor.locale):
            variables["LOCPATH"] = str(locales)
    return {name: value for name, value in variables.items() if value is not None}


def _set_up(copy, factors):
    """Give a copy a separate environment, made by its own set-up."""
    if any(factor.lowest for factor in factors):
        (copy / paths.LOCK.name).write_text(_resolve_lowest(copy), encoding="utf-8")
    chosen = [factor.python for factor in factors if factor.python]
    # Not this environment's Python: its packages would count as those of the new one.
    python = chosen[0] if chosen else getattr(sys, "_base_executable", sys.executable)
    command = [python, "-Es", "-X", "utf8", "-m", "analysis", "setup"]
    done = call(*command, cwd=copy)
    if done.returncode:
        raise MissingError(f"no environment: {done.stderr.strip().splitlines()[-1]}")


def _resolve_lowest(copy):
    """Return a lock of the lowest versions that pyproject.toml names."""
    uv = str(Path(sys.executable).with_name("uv"))
    options = ["--resolution", "lowest-direct", "--generate-hashes", "--no-header", "--quiet"]
    done = call(uv, "pip", "compile", "pyproject.toml", "--system-certs", *options, cwd=copy)
    if done.returncode:
        raise MissingError(f"the lowest versions could not be resolved: {done.stderr[-200:]}")
    return done.stdout


def _write_settings(home):
    for name, text in SETTINGS.items():
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        (home / name).write_text(text, encoding="utf-8")
        (home / name).chmod(0o755)


def _is_installed(language, charset):
    listed = call("locale", "-a").stdout
    plain = f"{language}.{charset}".replace("-", "").lower()
    return any(plain == line.replace("-", "").lower() for line in listed.split())


def _find_locale(language, charset, folder):
    """Find a locale, or make it from its source if that is installed; return True on success."""
    if _is_installed(language, charset):
        return True
    place = folder / f"{language}.{charset}"
    if not place.exists() and shutil.which("localedef"):
        folder.mkdir(parents=True, exist_ok=True)
        if call("localedef", "-i", language, "-f", charset, place).returncode:
            shutil.rmtree(place, ignore_errors=True)
    return place.exists()
