"""Exports that count as real, and the de-identified ones made of them; nobody in them exists."""

import csv
import dataclasses
import io

import pytest
import yaml

from analysis.cleaning.export import read_export
from analysis.demo.export import make_export, write_export
from analysis.release.deidentify import deidentify_export
from analysis.run.fingerprint import seal_export
from analysis.study import load_study

HOSPITAL_NUMBER = "H[0-9]{7}"
# What `analysis.demo` calls its people, and what a site might.
INVENTED, SITE = b"SIM", b"KJH"


@dataclasses.dataclass
class Folder:
    """An export in a folder, to be changed cell by cell."""

    root: object

    def read(self, file):
        content = (self.root / file).read_bytes()
        encoding = "cp949" if file.startswith("capillaroscopy") else "utf-8-sig"
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            text = content.decode("utf-8-sig")
        return list(csv.DictReader(io.StringIO(text, newline="")))

    def write(self, file, rows):
        target = io.StringIO()
        writer = csv.DictWriter(target, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
        # provenance.yml states so.
        encoding = "cp949" if file.startswith("capillaroscopy") else "utf-8"
        (self.root / file).write_bytes(target.getvalue().encode(encoding))
        seal_export(self.root)

    def put(self, file, field, value, where=lambda row: True):
        """Put a value into the first row that fits, and return that row as it was."""
        rows = self.read(file)
        row = next(row for row in rows if where(row))
        before = dict(row)
        row[field] = value
        self.write(file, rows)
        return before

    def tell(self, **changes):
        path = self.root / "provenance.yml"
        said = yaml.safe_load(path.read_text(encoding="utf-8")) | changes
        path.write_text(yaml.safe_dump(said, sort_keys=False), encoding="utf-8")
        seal_export(self.root)


def make_real(root, seed, *, faults="planted"):
    """Write a simulated export under names of a site, marked as real."""
    write_export(make_export(7, seed, faults=faults), root)
    (root / "README.md").unlink()
    for path in root.glob("*.csv"):
        content = path.read_bytes().replace(INVENTED, SITE)
        path.write_bytes(content.replace(INVENTED.lower(), SITE.lower()))
    folder = Folder(root)
    folder.tell(simulated=False, exported_by="Somebody")
    return folder


@pytest.fixture(scope="session")
def plan():
    """Return the study as one that a real export needs."""
    study = load_study()
    number = dataclasses.replace(study.publication.hospital_number, value=HOSPITAL_NUMBER)
    fields = dataclasses.replace(study.publication.identifier_fields, value=["enzyme_lot"])
    publication = dataclasses.replace(
        study.publication, hospital_number=number, identifier_fields=fields
    )
    governance = dataclasses.replace(
        study.governance, ethics="Approved", responsible_person="The team"
    )
    return dataclasses.replace(study, publication=publication, governance=governance)


@pytest.fixture(scope="session")
def real(tmp_path_factory):
    return make_real(tmp_path_factory.mktemp("site") / "real", 2016)


@pytest.fixture(scope="session")
def published(real, plan):
    out = real.root.with_name("published")
    deidentify_export(real.root, out, study=plan, tell=lambda text: None)
    return Folder(out)


@pytest.fixture
def spoilt(tmp_path):
    return make_real(tmp_path / "real", 2016)


@pytest.fixture(scope="session")
def exports(real, published):
    return read_export(real.root), read_export(published.root)
