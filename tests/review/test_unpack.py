"""An archive is not trusted: what is refused, and before anything is written or run."""

import hashlib
import random
import shutil
import struct
import zipfile
from collections import Counter

import pytest

from analysis.errors import DataError, MissingError
from analysis.review import unpack

LINK, FOLDER = 0o120777, 0o040755


def write_archive(path, members, *, listed=None, top="trial-1", modes=None):
    """Write a zip file with a SHA256SUMS of what is `listed`, by default of everything."""
    listed = members if listed is None else listed
    sums = "".join(
        f"{hashlib.sha256(content).hexdigest()}  {name}\n" for name, content in listed.items()
    )
    with zipfile.ZipFile(path, "w") as file:
        for name, content in {**members, "SHA256SUMS": sums.encode()}.items():
            member = zipfile.ZipInfo(f"{top}/{name}" if top else name)
            member.external_attr = (modes or {}).get(name, 0o100644) << 16
            file.writestr(member, content)
    return path


@pytest.fixture
def archive(tmp_path):
    return tmp_path / "trial.zip"


@pytest.fixture
def refuse(archive, tmp_path):
    """Unpack the archive, which has to be refused with some words."""

    def unpack_it(problem):
        shutil.rmtree(tmp_path / "there", ignore_errors=True)
        with pytest.raises(DataError, match=problem):
            unpack.unpack_archive(archive, tmp_path / "there")

    return unpack_it


def test_a_whole_archive_is_unpacked(archive, tmp_path):
    write_archive(archive, {"a.csv": b"1\n", "data/raw/b.csv": b"2\n"})
    folder = unpack.unpack_archive(archive, tmp_path / "there")
    assert folder.name == "trial-1"
    assert (folder / "data/raw/b.csv").read_bytes() == b"2\n"


@pytest.mark.parametrize(
    ("name", "top", "problem"),
    [
        ("/etc/x", "", "absolute path"),
        ("C:/x", "", "absolute path"),
        ("a/../../x", "trial-1", "leads out"),
        ("..\\x", "trial-1", "no plain path"),
        ("a//b", "trial-1", "no plain path"),
        ("a\x07b", "trial-1", "no plain path"),
        ("./a", "trial-1", "no plain path"),
        ("a\u202eb", "trial-1", "no plain path"),
        ("a:b", "trial-1", "absolute path"),
        ("a. /b", "trial-1", "not every disk"),
        ("임" * 86, "trial-1", "not every disk"),
        (".git/config", "trial-1", "no place"),
        ("data/.GIT/config", "trial-1", "no place"),
        (".venv/bin/python", "trial-1", "no place"),
        (".run/fonts.json", "trial-1", "no place"),
        ("other/x", "", "lies beside|does not hold one folder"),
    ],
)
def test_a_dangerous_name_is_refused(archive, refuse, tmp_path, name, top, problem):
    write_archive(archive, {name: b"x"}, top=top)
    refuse(problem)
    assert not (tmp_path / "there").exists()


@pytest.mark.parametrize("mode", [LINK, FOLDER, 0o020644])
def test_a_link_a_folder_and_a_device_are_refused(archive, refuse, tmp_path, mode):
    write_archive(archive, {"a": b"/etc/passwd"}, modes={"a": mode})
    refuse("link or a device")
    assert not (tmp_path / "there").exists()


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_another_way_of_packing_is_refused(archive, refuse, method):
    with zipfile.ZipFile(archive, "w", method) as file:
        file.writestr("trial-1/a", b"x" * 100)
    refuse("packed in another way")


def test_whatever_bytes_are_altered_it_is_refused_or_holds_what_it_says(archive, tmp_path):
    members = {f"d{number}/f": bytes(range(50)) * 3 for number in range(8)}
    whole = write_archive(archive, members).read_bytes()
    rng, ended = random.Random(6), Counter()
    for number in range(500):
        content = bytearray(whole)
        for _ in range(rng.randrange(1, 4)):
            content[rng.randrange(len(content))] = rng.randrange(256)
        archive.write_bytes(content[: rng.choice((None, None, None, rng.randrange(len(content))))])
        place = tmp_path / str(number)
        try:
            folder = unpack.unpack_archive(archive, place)
        except DataError:
            ended["refused"] += 1
            continue
        ended["unpacked"] += 1
        found = {path for path in place.rglob("*") if path.is_file()}
        assert {path.relative_to(folder).as_posix() for path in found} == {*members, "SHA256SUMS"}
        assert all((folder / name).read_bytes() == members[name] for name in members)
    assert min(ended["refused"], ended["unpacked"]) > 5
    assert {path.name for path in tmp_path.iterdir()} <= {*map(str, range(500)), archive.name}


@pytest.mark.parametrize(
    "names",
    [
        ("a", "A"),
        ("straße", "STRASSE"),
        ("\u00e9", "e\u0301"),
        ("\uc784\uc0c1", "\u110b\u1175\u11b7\u1109\u1161\u11bc"),
        ("a", "a/b"),
        ("A", "a/b"),
    ],
)
def test_names_that_meet_on_a_disk_are_refused(archive, refuse, names):
    write_archive(archive, dict.fromkeys(names, b"x"))
    refuse(r"there twice|both file and folder")


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_one_name_twice_is_refused(archive, refuse):
    write_archive(archive, {"a": b"x"})
    with zipfile.ZipFile(archive, "a") as file:
        file.writestr("trial-1/a", b"y")
    refuse("there twice")


def test_one_altered_byte_is_named(archive, refuse):
    members = {"report/_output/index.html": b"right", "a": b"x"}
    write_archive(archive, {**members, "report/_output/index.html": b"wrong"}, listed=members)
    refuse(r"index\.html does not match its checksum")


def test_a_file_that_is_not_listed_is_refused_and_a_lost_one_named(archive, refuse):
    write_archive(archive, {"a": b"x", "sitecustomize.py": b"boom"}, listed={"a": b"x"})
    refuse(r"sitecustomize\.py is not listed")
    write_archive(archive, {"a": b"x"}, listed={"a": b"x", "b": b"y"})
    refuse("b is gone")


@pytest.mark.parametrize(
    "name", ["../a", "/etc/hostname", "x/../../a", "./a", "../trial-1/a", "a\0"]
)
def test_a_checksum_of_what_lies_elsewhere_is_refused(archive, refuse, name):
    """Sources are copied by their names in SHA256SUMS: such a copy would land elsewhere."""
    write_archive(archive, {"a": b"x"}, listed={"a": b"x", name: b"x"})
    refuse(r"SHA256SUMS:2: this path leads elsewhere")


def test_two_files_in_one_place_of_the_archive_are_refused(archive, refuse):
    """Where the directory leads two names to one content, sizes add up to more than is there."""
    write_archive(archive, {"a": b"x", "b": b"x"})
    content = bytearray(archive.read_bytes())
    first, second = (
        content.index(b"PK\x01\x02", start) for start in (0, content.index(b"PK\x01\x02") + 4)
    )
    content[second + 42 : second + 46] = content[first + 42 : first + 46]
    archive.write_bytes(content)
    refuse("no whole zip file")


def test_a_bomb_whose_headers_all_lie_is_stopped_while_it_unpacks(
    archive, refuse, tmp_path, monkeypatch
):
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("trial-1/a", bytes(3_000_000))
    content = archive.read_bytes()
    archive.write_bytes(content.replace(struct.pack("<I", 3_000_000), struct.pack("<I", 10)))
    monkeypatch.setattr(unpack, "MOST_BYTES", 2_000_000)
    refuse(r"no whole zip file|unpacks to more")
    written = sum(path.stat().st_size for path in tmp_path.rglob("there/**/a"))
    assert written <= 2_000_000


def test_too_much_is_refused_by_what_it_says_and_by_what_comes_out(archive, refuse, monkeypatch):
    write_archive(archive, {"a": b"x" * 4000})
    monkeypatch.setattr(unpack, "MOST_BYTES", 2000)
    refuse("it holds more than")
    # The central directory lies: it says that the file has one byte.
    content = bytearray(archive.read_bytes())
    place = content.index(b"PK\x01\x02") + 24
    content[place : place + 4] = struct.pack("<I", 1)
    archive.write_bytes(content)
    refuse(r"no whole zip file|unpacks to more|checksum")
    monkeypatch.setattr(unpack, "MOST_FILES", 1)
    refuse("it holds more than")


def test_what_is_no_archive_is_said(archive, refuse, tmp_path):
    with pytest.raises(MissingError, match="no such archive"):
        unpack.unpack_archive(archive, tmp_path / "there")
    archive.write_bytes(b"PK no zip")
    refuse("no whole zip file")
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("trial-1/a", b"x")
    refuse("holds no SHA256SUMS")
