"""The gate names place and reason of whatever may not leave, and never what it is."""

import dataclasses
import datetime
import hashlib
import itertools
import shutil

import pytest

from analysis import paths
from analysis.demo.export import make_export, write_export
from analysis.errors import DataError, MissingError
from analysis.release import gate
from analysis.release.disclosures import (
    AUTHOR,
    EXACT_DATE,
    NOT_SIMULATED,
    RESTRICTED,
    Disclosure,
    Looker,
    find_strangers,
    summarise_disclosures,
)
from analysis.release.gate import SIGNED_COLUMNS, is_excepted, read_signed
from analysis.release.published import Origin, check_folder, read_origin

EXPORT, DIARY, IMAGES = "redcap_export.csv", "raynaud_diary.csv", "capillaroscopy.csv"
# The tilde keeps the gate from finding them in this file.
PERSONAL = {
    what: text.replace("~", "")
    for what, text in {
        "a resident registration number": "800101~-2345678",
        "a mobile phone number": "010~-1234-5678",
        "a landline phone number": "02~-2258-1234",
        "an international phone number": "+49~ 30 1234567",
        "an e-mail address": "hong~@hospital.example.kr",
        "a name or chart number": "성명~: 홍길동",
        "a hospital number": "H~1234567",
        "an age over 89": "a 93~-year-old",
    }.items()
}
PHONE = PERSONAL["a mobile phone number"]


@pytest.fixture
def simulated(tmp_path, real):
    """Return a simulated export, to be spoilt."""
    write_export(make_export(7, 3), tmp_path / "simulated")
    return type(real)(tmp_path / "simulated")


@pytest.fixture(scope="session")
def declared(plan):
    """Return a plan that tells the form of hospital numbers, and no field that identifies."""
    none = dataclasses.replace(plan.publication.identifier_fields, value=[])
    publication = dataclasses.replace(plan.publication, identifier_fields=none)
    return dataclasses.replace(plan, publication=publication)


def list_places(findings):
    return {(each.file, each.kind) for each in findings}


# What identifies a person by itself


@pytest.mark.parametrize(
    ("file", "field"),
    [(EXPORT, "visit_note"), (EXPORT, "cm_name"), (EXPORT, "kap_r"), (DIARY, "device"),
     (IMAGES, "comment"), ("corrections.csv", "reason")],
)  # fmt: skip
def test_each_kind_is_found_in_each_file_and_not_printed(simulated, declared, file, field):
    rows = simulated.read(file)
    for value, row in zip(PERSONAL.values(), itertools.cycle(rows), strict=False):
        row[field] = f"{row[field]}; see {value}"
    simulated.write(file, rows)
    found = check_folder(simulated.root, study=declared)
    assert list_places(found) == {(file, kind) for kind in PERSONAL}
    for value in PERSONAL.values():
        assert value not in str(found) and value.split()[-1] not in str(found)
    if "record_id" in rows[0]:
        places = {f"line {number}, {row['record_id']}" for number, row in enumerate(rows, 2)}
        for each in found:
            assert ", ".join(each.place.split(", ")[:2]) in places
            assert each.place.endswith(f"field {field}")


@pytest.mark.parametrize("place", ["its name", "participant"])
def test_neither_a_file_name_nor_a_participant_s_is_printed_if_it_is_personal(plan, place):
    name = f"photo {PHONE}.csv" if place == "its name" else "people.csv"
    who = PHONE if place == "participant" else "SIM-01"
    found = Looker().look(name, f"record_id,note\n{who},call {PHONE}\n".encode())
    assert found and not any(PHONE in str(each) for each in found)


def test_fields_that_are_declared_to_identify_may_hold_nothing(simulated, plan):
    publication = dataclasses.replace(
        plan.publication,
        identifier_fields=dataclasses.replace(
            plan.publication.identifier_fields, value=["device", "operator"]
        ),
    )
    found = check_folder(simulated.root, study=dataclasses.replace(plan, publication=publication))
    kind = "a field declared as an identifier"
    assert list_places(found) == {(EXPORT, kind), (DIARY, kind)}


@pytest.mark.parametrize(("age", "old"), [(89, False), (90, True), (101, True)])
def test_an_age_over_89_is_counted_from_the_year_of_birth(simulated, declared, age, old):
    simulated.put(
        "redcap_dictionary.csv",
        "Text Validation Min",
        "1900",
        lambda row: row["Variable / Field Name"] == "birth_year",
    )
    rows = simulated.read(EXPORT)
    row = next(row for row in rows if row["birth_year"])
    row["birth_year"] = str(int(row["icf_date"][:4]) - age)
    simulated.write(EXPORT, rows)
    kinds = {each.kind for each in check_folder(simulated.root, study=declared)}
    assert kinds == ({"an age over 89"} if old else set())


# What a real export may not carry


def test_a_real_export_is_told_apart_and_every_reason_named(real, published, simulated, plan):
    origins = [read_origin(each.root) for each in (simulated, real, published)]
    assert origins == [Origin.SIMULATED, Origin.REAL, Origin.DEIDENTIFIED]
    kinds = {each.kind for each in check_folder(real.root, study=plan)}
    assert kinds == {
        "an exact date",
        "a time of day to the minute",
        "free text",
        "the site's own name of a participant, a person or an image",
        "a date that participants share, which would tell how their shifts differ",
        "a field declared as an identifier",
    }
    assert check_folder(published.root, study=plan) == []


@pytest.mark.parametrize(
    ("file", "field", "value", "kind"),
    [
        (EXPORT, "visit_date", "2017-03-05", "an exact date"),
        (EXPORT, "visit_date", "2017. 3. 5.", "an exact date"),
        (EXPORT, "visit_date", "42799", "an exact date"),
        (EXPORT, "cm_start", "2017-03-05", "an exact date"),
        (DIARY, "entry_date", "2017-03-05", "an exact date"),
        (IMAGES, "read_date", "2013-03-05", "a date that participants share"),
        (EXPORT, "visit_note", "She came late", "free text"),
        (EXPORT, "visit_note", "[removed] infect, said her sister", "free text"),
        (DIARY, "entry_time", "20:57", "a time of day to the minute"),
        (EXPORT, "kap_r", "Lee says 7", "free text"),
        (IMAGES, "comment", "blurred", "free text"),
        (EXPORT, "assessor", "KMS", "the site's own name"),
        (DIARY, "record_id", "LYH", "the site's own name"),
        (IMAGES, "image_id", "20170305-1", "the site's own name"),
        ("corrections.csv", "by", "Dr Kim", "free text"),
    ],
)
def test_one_cell_that_was_not_de_identified_is_found(
    published, plan, tmp_path, file, field, value, kind
):
    folder = type(published)(tmp_path / "published")
    folder.root.mkdir()
    for path in published.root.iterdir():
        (folder.root / path.name).write_bytes(path.read_bytes())
    folder.put(file, field, value)
    found = check_folder(folder.root, study=plan)
    assert [each.kind.startswith(kind) for each in found] == [True], found
    assert not any(value in str(each) for each in found) or field == "record_id"


def test_what_nobody_has_de_identified_is_found_beside_the_export(published, plan, tmp_path):
    folder = type(published)(tmp_path / "published")
    shutil.copytree(published.root, folder.root)
    (folder.root / "notes.txt").write_text("She came late.")
    rows = folder.read("corrections.csv")
    folder.write("corrections.csv", [{**row, "our notes": "x"} for row in rows])
    assert check_folder(folder.root, study=plan) == [
        Disclosure("corrections.csv", "field our notes", "free text"),
        Disclosure("notes.txt", "", "free text"),
    ]


def test_dates_of_outputs_are_exact_from_the_start_of_the_trial_unless_the_plan_tells_them():
    start, known = datetime.date(2016, 10, 25), datetime.date(2016, 11, 29)
    looker = Looker(since=start, known=frozenset({known}))
    page = b"<p>2016-11-29, 2012-03-05</p>\n<p>5 March 2017</p>"
    assert set(looker.look("a.html", page)) == {
        Disclosure("a.html", "line 2", EXACT_DATE),
        Disclosure("a.html", "as shown, line 2", EXACT_DATE),
    }
    assert Looker().look("a.html", page) == []


def test_an_author_among_the_properties_has_to_be_one_of_the_study(tmp_path):
    from PIL import Image, PngImagePlugin

    properties = PngImagePlugin.PngInfo()
    properties.add_text("Author", "Kim")
    Image.new("L", (2, 2)).save(tmp_path / "a.png", pnginfo=properties)
    content = (tmp_path / "a.png").read_bytes()
    assert Looker(authors=frozenset({"Kim"})).look("a.png", content) == []
    assert Looker(authors=frozenset({"Lee"})).look("a.png", content) == [
        Disclosure("a.png", "chunk tEXt", AUTHOR)
    ]


# The archive


@pytest.fixture
def archived(published, plan, monkeypatch, tmp_path):
    """Return the files of an archive, and the function that lets them pass."""
    monkeypatch.setattr(gate, "load_study", lambda: plan)
    monkeypatch.setattr(gate, "look_back", lambda root, looker: [])
    (tmp_path / "index.html").write_text("<p>2013-03-05</p>")
    contents = {f"data/raw/{path.name}": path for path in published.root.iterdir()}
    contents["report/_output/index.html"] = tmp_path / "index.html"
    lines = []

    def check():
        gate.check_archive(contents, raw=published.root, tell=lines.append)

    return contents, check, lines


def test_a_de_identified_export_passes_and_anything_added_to_the_archive_does_not(
    archived, tmp_path
):
    contents, check, lines = archived
    check()
    (tmp_path / "index.html").write_text("<p>2017-03-05</p>")
    (tmp_path / "notes.csv").write_text("record_id,note\nKJH-01,x\n")
    contents["notes.csv"] = tmp_path / "notes.csv"
    with pytest.raises(DataError, match="3 places") as raised:
        check()
    assert raised.value.exit_code == 1
    assert [line for line in lines if "notes.csv" in line] == [
        f"May not leave: notes.csv: {NOT_SIMULATED}"
    ]
    assert "2017" not in "".join(lines)


def test_of_real_people_the_form_of_hospital_numbers_has_to_be_declared(
    archived, plan, monkeypatch
):
    none = dataclasses.replace(plan.publication.hospital_number, value="")
    publication = dataclasses.replace(plan.publication, hospital_number=none)
    monkeypatch.setattr(
        gate, "load_study", lambda: dataclasses.replace(plan, publication=publication)
    )
    with pytest.raises(DataError, match="searched for hospital numbers"):
        archived[1]()


def test_many_places_of_one_kind_are_told_by_the_first_ones():
    many = [Disclosure("a.csv", f"line {line}", "free text") for line in range(10, 19)]
    gathered = summarise_disclosures([*many, *many, Disclosure("a.csv", "line 1", EXACT_DATE)])
    assert len(gathered) == 7
    assert Disclosure("a.csv", "4 more places", "free text") in gathered


# Exceptions


def test_an_exception_is_good_for_one_content_only():
    finding = Disclosure("a.md", "line 1", "an e-mail address")
    row = dict.fromkeys(SIGNED_COLUMNS, "x") | {
        "file": "a.md",
        "place": "line 1",
        "kind": "an e-mail address",
        "sha256": hashlib.sha256(b"content").hexdigest(),
    }
    assert is_excepted(finding, b"content", [row])
    assert is_excepted(finding, b"content", [row | {"place": ""}])
    assert not is_excepted(finding, b"content and more", [row])
    for name, other in (("file", "b.md"), ("place", "line 2"), ("kind", "free text")):
        assert not is_excepted(finding, b"content", [row | {name: other}])


@pytest.mark.parametrize("missing", ["sha256", "reason", "signed_by", "signed_on"])
def test_an_exception_that_nobody_signed_stops(tmp_path, missing):
    place = tmp_path / "report/record/privacy-exceptions.csv"
    place.parent.mkdir(parents=True)
    cells = ["" if name in (missing, "place") else "x" for name in SIGNED_COLUMNS]
    place.write_text(f"{','.join(SIGNED_COLUMNS)}\n{','.join(cells)}\n")
    with pytest.raises(DataError, match="has to be signed") as raised:
        read_signed(tmp_path)
    assert raised.value.field == missing
    assert read_signed(tmp_path / "elsewhere") == []


# No false alarm


def test_the_shipped_repository_and_its_history_pass():
    if not (paths.ROOT / ".git").exists():
        pytest.skip("this is no git checkout")
    lines = []
    gate.check_files([], tell=lines.append)
    assert lines == []


@pytest.mark.parametrize("name", ["", "nothing.csv"])
def test_what_is_no_file_is_not_passed_over(tmp_path, name):
    with pytest.raises(MissingError, match="there is no such file"):
        gate.check_files([str(tmp_path / name)])


@pytest.mark.parametrize("seed", range(30))
def test_a_simulated_export_passes(tmp_path, seed):
    write_export(make_export(7 + seed, seed), tmp_path)
    looker = Looker()
    content = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert [each for name in content for each in looker.look(name, content[name])] == []
    assert [each for name in content for each in gate.find_strangers(name, content[name])] == []


@pytest.mark.parametrize(
    ("name", "restricted"),
    [
        ("out/data_check/queries.html", True),
        ("queries.xlsx", True),
        ("data/raw/answers.csv", True),
        ("0123456789ab:data/raw/answers.csv", True),
        ("out/answers/corrections.csv", True),
        ("out/answers/returned/00ff.xlsx", True),
        ("analysis/instruments/answers.py", False),
        ("data/raw/corrections.csv", False),
    ],
)
def test_what_a_site_is_asked_and_answers_stays_with_the_export(name, restricted):
    assert [each.kind == RESTRICTED for each in Looker().look(name, b"a")] == [True] * restricted


def test_a_participant_s_page_of_the_trail_leaves_only_with_simulated_data():
    page = "report/_output/trail/people/0001.html"
    simulated = b'<header class="mark">SIMULATED DATA, NOT RESULTS OF ANY TRIAL</header>'
    assert [each.kind for each in find_strangers(page, b"<p>P-1</p>")] == [NOT_SIMULATED]
    assert find_strangers(page, simulated) == []
    assert find_strangers("report/_output/trail/efficacy.html", b"<p></p>") == []
