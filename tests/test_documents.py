"""What the documents name is there."""

import re

import pytest
import yaml
from programs import git

import analysis.__main__  # noqa: F401 (it fills COMMANDS)
from analysis import paths
from analysis.command import COMMANDS

DOCUMENTS = (
    *("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md"),
    *("report/README.md", "report/REVIEWER.md", "report/preview/README.md"),
    *("notebooks/README.md", "data/README.md", "data/YOUR-TRIAL.md"),
)
FOLDERS = r"(?:analysis|data|notebooks|report|tests|\.ci|\.devcontainer|\.github)"
# What a run makes, and what a person signs when there is something to except.
MADE = ("data/processed/", "report/_generated", "report/_output")
MADE += ("report/_preview", "report/notebooks")
SIGNED = ("report/record/exceptions.csv", "report/record/privacy-exceptions.csv")


def list_documents():
    named = [paths.ROOT / name for name in DOCUMENTS]
    described = [*paths.ROOT.glob("data/*/README.md"), *paths.ROOT.glob("report/record/*.md")]
    return [path for path in (*named, *described) if path.exists()]


def find_paths(text):
    """Return what looks like a file or folder of the repository: linked, or below its folders."""
    linked = re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", text)
    named = re.findall(rf"(?<![\w/.-]){FOLDERS}/[\w./-]*\w/?", text)
    return linked, named


@pytest.mark.parametrize("document", list_documents(), ids=str)
def test_every_path_that_a_document_names_exists(document):
    linked, named = find_paths(document.read_text(encoding="utf-8"))
    places = [document.parent / name for name in linked] + [paths.ROOT / name for name in named]
    absent = [
        str(place.relative_to(paths.ROOT) if place.is_relative_to(paths.ROOT) else place)
        for place in places
        if not place.exists() and not any(part in f"{place}/" for part in (*MADE, *SIGNED))
    ]
    assert absent == []


@pytest.mark.parametrize("document", list_documents(), ids=str)
def test_every_command_that_a_document_names_can_be_given(document):
    text = document.read_text(encoding="utf-8")
    makefile = (paths.ROOT / "Makefile").read_text(encoding="utf-8").replace("\\\n", " ")
    targets = set(re.search(r"^\.PHONY: (help .*)$", makefile, re.MULTILINE)[1].split())
    chosen = set(re.findall(r"^(\w+) +:=", makefile, re.MULTILINE))
    for words in re.findall(r"(?:`|^)make ([^`#\n]+)", text, re.MULTILINE):
        names = [word.partition("=") for word in words.split() if not word.startswith("-")]
        assert {name for name, sign, _ in names if not sign} <= targets, words
        assert {name for name, sign, _ in names if sign} <= chosen, words
    assert {*re.findall(r"-m analysis ([a-z][a-z-]*)", text)} <= {*COMMANDS}


def test_the_readme_is_short_and_begins_with_a_picture():
    text = (paths.ROOT / "README.md").read_text(encoding="utf-8")
    assert len(text.split()) <= 1200
    assert "](report/preview/primary.png)" in text[:1000]


def test_the_map_names_every_part_of_the_analysis():
    text = (paths.ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    table = text.split("| in `analysis/` |")[1].split("\n\n")[0]
    named = {name.rstrip("/") for name in re.findall(r"`([\w/]+)`", table)}
    held = git(paths.ROOT, "ls-files", "analysis").stdout.split()
    parts = {name.split("/")[1].removesuffix(".py") for name in held if name.endswith(".py")}
    assert parts - {"__init__", "__main__"} <= named


@pytest.mark.parametrize("form", ["export-not-read", "number-looks-wrong"])
def test_an_issue_form_asks_for_no_data_of_participants(form):
    text = (paths.ROOT / ".github" / "ISSUE_TEMPLATE" / f"{form}.yml").read_text(encoding="utf-8")
    fields = {field.get("id"): field for field in yaml.safe_load(text)["body"]}
    assert not any(field["type"] == "upload" for field in fields.values())
    if form == "export-not-read":
        assert fields["dictionary"]["validations"]["required"]
        assert fields["no-data"]["attributes"]["options"][0]["required"]
        assert text.count("any value of a participant") == 1 and "**Never attach data" in text
    else:
        assert "never those of participants" in text
