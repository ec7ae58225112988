"""One command line: it tells what there is, and works before anything is installed."""

import sys

import pytest
from programs import call

from analysis import paths
from analysis.__main__ import main
from analysis.command import COMMANDS

# Without the installed packages, as on a machine where nothing is set up yet.
BARE = (sys.executable, "-SEs", "-m", "analysis")


def run_bare(*arguments):
    return call(*BARE, *arguments, cwd=paths.ROOT)


def test_help_lists_every_command_without_any_package():
    listed = run_bare("--help")
    assert listed.returncode == 0, listed.stderr
    assert [name for name in COMMANDS if name not in listed.stdout] == []


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_has_its_help(name, capsys):
    with pytest.raises(SystemExit) as ended:
        main([name, "--help"])
    assert ended.value.code == 0
    assert f"python -m analysis {name}" in capsys.readouterr().out


def test_setting_up_and_cleaning_import_the_standard_library_only(tmp_path):
    code = "import analysis.run.setup, analysis.run.publish"
    call(sys.executable, "-SEs", "-c", code, check=True, cwd=paths.ROOT)
    (tmp_path / ".run").mkdir()
    cleaned = run_bare("clean", "--out", str(tmp_path))
    assert (cleaned.returncode, cleaned.stderr) == (0, "")
    assert not (tmp_path / ".run").exists()


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["celan"],
        ["run"],
        ["why", "--nothing"],
        ["verify", "--quick", "yes"],
        ["archive", "--wheels=0"],
    ],
)
def test_wrong_use_ends_with_2(arguments):
    assert run_bare(*arguments).returncode == 2
