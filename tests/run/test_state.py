"""The runner's own notes hold only while they are whole, and files of a stopped step never do."""

import json

import pytest

from analysis.paths import Outputs
from analysis.run.publish import publish_files
from analysis.run.state import (
    Record,
    hold_lock,
    lock_path,
    open_stage,
    read_fields,
    read_record,
    read_state,
    sweep_stages,
    write_state,
)
from analysis.run.steps import find_step


@pytest.fixture
def outputs(tmp_path):
    return Outputs(tmp_path)


def test_a_note_is_read_as_it_was_written(tmp_path):
    write_state(tmp_path / "note.json", {"a": ["b", 1], "가": None})
    assert read_state(tmp_path / "note.json") == {"a": ["b", 1], "가": None}


def test_a_note_of_another_version_is_none(tmp_path):
    note = tmp_path / "note.json"
    for fields, known in (({"fingerprint": {}, "files": {}}, True), ({"files": {}}, False)):
        write_state(note, fields)
        assert (read_fields(note, Record) is not None) == known


@pytest.mark.parametrize(
    "spoil",
    [
        lambda path: path.write_text(path.read_text().replace("study", "studs")),
        lambda path: path.write_text("{}"),
        lambda path: path.write_text("[1]"),
        lambda path: path.write_text(json.dumps({"study.yml": "aa"})),
        lambda path: path.write_bytes(b"\xff"),
        lambda path: path.unlink(),
        lambda path: (path.unlink(), path.mkdir()),
        lambda path: (path.unlink(), path.symlink_to(path.name)),
    ],
    ids=["a letter", "empty", "a list", "no seal", "no text", "gone", "a folder", "a circle"],
)
def test_a_spoiled_note_is_none(tmp_path, spoil):
    path = tmp_path / "note.json"
    write_state(path, {"study.yml": "aa"})
    spoil(path)
    assert read_state(path) is None


def test_a_step_that_stopped_while_it_published_has_not_finished(outputs):
    step, staged = find_step("results"), outputs.root / "staged"
    staged.mkdir()
    (staged / "results.csv").write_text("a\n")
    (staged / "b").write_text("b\n")
    place = outputs.processed / "way" / "b"
    moves = {step.target(outputs): staged / "results.csv", place: staged / "b"}
    outputs.processed.mkdir(parents=True)
    (outputs.processed / "way").touch()  # a file where a folder has to be
    with pytest.raises(OSError, match="way"):
        publish_files(step, outputs, moves, fingerprint={"study.yml": "aa"})
    record = read_record(outputs, "results")
    assert not record.finished
    assert record.files.keys() == {"data/processed/results.csv", "data/processed/way/b"}
    assert not step.target(outputs).exists()


def test_only_folders_that_nobody_works_in_are_swept(outputs):
    left = outputs.state / "stage" / "01_clean-left"
    left.mkdir(parents=True)
    with hold_lock(lock_path(outputs, "02_score")), open_stage(outputs, "02_score") as folder:
        sweep_stages(outputs)
        assert folder.is_dir() and not left.exists()
    assert not folder.exists()
