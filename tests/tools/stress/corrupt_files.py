"""Kinds of fault of whole files: what must stop the run, what must change nothing, random bytes."""

import csv
import functools
import hashlib
import io
import random
from collections.abc import Callable
from dataclasses import dataclass

import yaml

from analysis.demo.planter import DIARY, IMAGES, REDCAP
from stress.bench import ABOUT, CORRECTIONS, DICTIONARY, EVENT, FORM, INSTANCE, MAP

SEAL = "SHA256SUMS"
DATA = (REDCAP, DIARY, IMAGES)
TABLES = (*DATA, DICTIONARY, MAP)
HOSTILE = (
    "<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', '=HYPERLINK("http://x.test","x")',
    "+1+cmd|' /C calc'!A0", "@SUM(A1)", "-2+3", "'=1", "\x1b[31mred\x1b[0m", "\x07bell\x08",
    "\u202egnp.exe\u202c", "\u200fright to left\u200f", "{{< include /etc/passwd >}}",
    "{{< var efficacy >}}", "```{r}\nsystem('x')\n```", "two\nlines", "a\u2028line", "a|b|c", "~~~",
    "$(touch x)", "`id`", "%s%n", "\u2426{3d}", "'", '"', ",", ";", "\\", "한글과 漢字", "🩺" * 3,
    "&lt;b&gt;", "]]>", "NaN", "None", "null", "1e309", "0x1F", "TRUE",
)  # fmt: skip


@dataclass(frozen=True)
class Stop:
    """A fault that must stop the run.

    Parameters
    ----------
    name
        What it is called in the report.
    spoil
        Takes the files (bytes by name) and a random generator and changes the files.
    file
        Name of the file that the error must name.
    field
        The column that it must name, if any.
    hidden
        Text that the error must not print.
    """

    name: str
    spoil: Callable
    file: str
    field: str = ""
    hidden: str = ""


@dataclass(frozen=True)
class Harmless:
    """A way to write the same export otherwise: every table has to come out the same."""

    name: str
    rewrite: Callable


def write_files(tables, provenance):
    """Return the files of an export as bytes by name, without checksums."""
    files = {
        name: table.to_csv(index=False, lineterminator="\n").encode()
        for name, table in tables.items()
    }
    return files | {ABOUT: yaml.safe_dump(provenance, sort_keys=False, allow_unicode=True).encode()}


def seal_files(files):
    """Add the checksums of the files."""
    sums = [f"{hashlib.sha256(data).hexdigest()}  {name}\n" for name, data in files.items()]
    files[SEAL] = "".join(sums).encode()


def save_files(files, folder):
    """Write the files into an empty folder."""
    folder.mkdir(parents=True)
    for name, data in files.items():
        (folder / name).write_bytes(data)


def _rows(files, file):
    return list(csv.reader(io.StringIO(files[file].decode("utf-8-sig"), newline="")))


def _save(files, file, rows):
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    files[file] = text.getvalue().encode()


def _cell(file, column, write, where=lambda row: True):
    """Return a fault that rewrites one cell of a column."""

    def spoil(files, rng):
        rows = _rows(files, file)
        at = rows[0].index(column)
        names = rows[0]
        fitting = [r for r in rows[1:] if where(dict(zip(names, r, strict=True)))]
        row = rng.choice(fitting)
        row[at] = write(row[at]) if callable(write) else write
        _save(files, file, rows)

    return spoil


def _header(file, write):
    def spoil(files, rng):
        rows = _rows(files, file)
        rows[0] = write(rows[0])
        _save(files, file, rows)

    return spoil


def _column(file, column):
    """Return a fault that takes a column out."""

    def spoil(files, rng):
        rows = _rows(files, file)
        at = rows[0].index(column)
        _save(files, file, [row[:at] + row[at + 1 :] for row in rows])

    return spoil


def _add_column(files, rng, *, file):
    head, *rows = _rows(files, file)
    _save(files, file, [[*head, "unheard_of"], *([*row, "1"] for row in rows)])


def _lengthen(file, change):
    def spoil(files, rng):
        rows = _rows(files, file)
        place = rng.randrange(1, len(rows))
        rows[place] = change(rows[place])
        _save(files, file, rows)

    return spoil


def _bytes(file, write):
    def spoil(files, rng):
        files[file] = write(files[file], rng)

    return spoil


def _insert(text):
    def write(data, rng):
        place = rng.randrange(len(data) // 2, len(data))
        return data[:place] + text + data[place:]

    return write


def _append(file, **cells):
    """Return a fault that adds a row."""

    def spoil(files, rng):
        rows = _rows(files, file)
        rows.append([cells.get(name, "") for name in rows[0]])
        _save(files, file, rows)

    return spoil


def _correction(**cells):
    usual = {
        "source": REDCAP, "row": "SIM-01|week_12_arm_1|", "field": "kap_l", "old_value": "77",
        "new_value": "8", "reason": "Typing error", "by": "Investigator", "date": "2022-12-12",
    }  # fmt: skip
    return _append(CORRECTIONS, **(usual | cells))


def _correct_twice(files, rng):
    for _ in range(2):
        _correction(row="SIM-01|week_99_arm_1|")(files, rng)


def _double(file):
    def spoil(files, rng):
        rows = _rows(files, file)
        _save(files, file, [*rows, rng.choice(rows[1:])])

    return spoil


def _drop(file):
    def spoil(files, rng):
        del files[file]

    return spoil


def _after_seal(change):
    def spoil(files, rng):
        seal_files(files)
        change(files, rng)

    return spoil


def _unseal(files, rng):
    seal_files(files)
    files[SEAL] = b"\n".join(files[SEAL].splitlines()[1:])


def _about(**told):
    def spoil(files, rng):
        files[ABOUT] = yaml.safe_dump(yaml.safe_load(files[ABOUT]) | told).encode()

    return spoil


def _is_choice(row):
    return row["Field Type"] in ("radio", "dropdown")


# The tilde keeps the gate from finding them in this file.
PERSONAL = {
    what: text.replace("~", "")
    for what, text in {
        "resident registration number": "800101~-2345678",
        "telephone number": "010~-1234-5678",
        "electronic mail": "hong~@hospital.example.kr",
        "name in Hangul": "환자명~: 홍길동",
        "chart number": "Chart no~: 1234567",
        "registration number without a hyphen": "seen 800101~2345678 today",
    }.items()
}
ROWS_OF = {REDCAP: "diluent", DIARY: "device", IMAGES: "comment"}

STOPS = (
    *(Stop(f"{file} is missing", _drop(file), file) for file in (*TABLES, CORRECTIONS, ABOUT)),
    *(Stop(f"{file} is empty", _bytes(file, lambda data, rng: b""), file) for file in TABLES),
    *(Stop(f"{file} has blank lines only", _bytes(file, lambda data, rng: b"\n\n"), file)
      for file in (REDCAP, DIARY)),
    Stop("the export has no rows", _bytes(REDCAP, lambda data, rng: data.split(b"\n")[0] + b"\n"),
         REDCAP),
    *(Stop(f"a NUL byte in {file}", _bytes(file, _insert(b"\0")), file) for file in TABLES),
    *(Stop(f"bytes of no encoding in {file}", _bytes(file, _insert(b"\xff\xfe\xff")), file)
      for file in TABLES),
    *(Stop(f"lost letters in {file}", _bytes(file, _insert("\ufffd".encode())), file)
      for file in TABLES),
    Stop("UTF-16", _bytes(REDCAP, lambda data, rng: data.decode().encode("utf-16")), REDCAP),
    Stop("a ZIP file", _bytes(REDCAP, lambda data, rng: b"PK\x03\x04\x14\x00" + b"\x9c\xff" * 400),
         REDCAP),
    *(Stop(f"a cell too many in {file}", _lengthen(file, lambda row: [*row, "x"]), file)
      for file in TABLES),
    *(Stop(f"a cell too few in {file}", _lengthen(file, lambda row: row[:-1]), file)
      for file in TABLES),
    *(Stop(f"a column twice in {file}", _header(file, lambda names: [*names[:-1], names[0]]), file)
      for file in TABLES),
    *(Stop(f"a column without a name in {file}",
           _header(file, lambda names: [*names[:-1], ""]), file)
      for file in DATA),
    *(Stop(f"an unknown column in {file}",
           functools.partial(_add_column, file=file), file, "unheard_of")
      for file in DATA),
    *(Stop(f"{column} is absent", _column(file, column), file, column)
      for file, column in ((REDCAP, "record_id"), (REDCAP, EVENT), (REDCAP, "visit_date"),
                           (REDCAP, FORM), (REDCAP, INSTANCE), (DIARY, "rating"),
                           (DIARY, "entry_date"), (IMAGES, "reader"), (IMAGES, "density"))),
    Stop("an unterminated quote", _bytes(REDCAP, lambda d, rng: d.rstrip() + b'\n"'), REDCAP),
    Stop("an unknown event", _cell(REDCAP, EVENT, "week_13_arm_1"), REDCAP, EVENT),
    Stop("an unknown event of an image", _cell(IMAGES, "event", "week_13"), IMAGES, "event"),
    Stop("an unknown repeating form", _cell(REDCAP, FORM, "nothing"), REDCAP, FORM),
    Stop("an instance that is no number", _cell(REDCAP, INSTANCE, "one"), REDCAP, INSTANCE),
    Stop("an unknown form status", _cell(REDCAP, "mrss_complete", "7"), REDCAP, "mrss_complete"),
    Stop("an unknown state of a checkbox", _cell(REDCAP, "organ___1", "2"), REDCAP, "organ___1"),
    *(Stop(f"a row of nobody in {file}", _cell(file, "record_id", rng_text), file, "record_id")
      for file, rng_text in ((REDCAP, ""), (DIARY, " "), (IMAGES, ""))),
    *(Stop(f"{what} in {file}", _cell(file, column, text), file, column, hidden=text)
      for file, column in ROWS_OF.items() for what, text in PERSONAL.items()),
    Stop("personal data in a correction", _correction(reason=PERSONAL["name in Hangul"]),
         CORRECTIONS, "reason", hidden="홍길동"),
    Stop("a flagged identifier", lambda files, rng: (
        _cell(DICTIONARY, "Identifier?", "y", lambda row: row["Variable / Field Name"] == "diluent")
        (files, rng)), REDCAP, "diluent"),
    Stop("a correction of another value", _correction(), CORRECTIONS),
    Stop("a correction without a reason", _correction(reason=" "), CORRECTIONS),
    Stop("a correction by nobody", _correction(by=""), CORRECTIONS),
    Stop("a correction without a date", _correction(date=""), CORRECTIONS),
    Stop("a correction of no file", _correction(source="other.csv"), CORRECTIONS),
    Stop("a correction of no field", _correction(field="kap_x"), CORRECTIONS),
    Stop("a correction of an event", _correction(field=EVENT), CORRECTIONS),
    Stop("a cell corrected twice", _correct_twice, CORRECTIONS),
    Stop("a column of the corrections is absent", _column(CORRECTIONS, "reason"), CORRECTIONS),
    Stop("a field described twice", _double(DICTIONARY), DICTIONARY),
    Stop("choices without commas", _cell(DICTIONARY, "Choices, Calculations, OR Slider Labels",
                                         "1 Yes | 2 No", _is_choice), DICTIONARY),
    Stop("choices that are gone", _cell(DICTIONARY, "Choices, Calculations, OR Slider Labels", "",
                                        _is_choice), DICTIONARY),
    Stop("a limit that is no number", _cell(DICTIONARY, "Text Validation Max", "many"), DICTIONARY),
    Stop("a column of the dictionary is absent", _column(DICTIONARY, "Field Type"), DICTIONARY),
    Stop("a field with two places", _double(MAP), MAP),
    Stop("a place for an unknown field", _cell(MAP, "field", "unheard_of"), MAP, "unheard_of"),
    Stop("a place in no table", _cell(MAP, "table", "nowhere"), MAP),
    Stop("a place in no column",
         _cell(MAP, "column", "nowhere", lambda row: row["table"] == "visits"), MAP),
    Stop("two fields in one column", _cell(MAP, "column", "sex",
                                           lambda row: row["column"] == "height_cm"), MAP),
    Stop("a column of the places is absent", _column(MAP, "instrument"), MAP),
    Stop("a changed file", _after_seal(_bytes(REDCAP, _insert(b" "))), REDCAP),
    Stop("a sealed file that is gone", _after_seal(_drop(DIARY)), DIARY),
    Stop("a file without a checksum", _unseal, SEAL),
    Stop("a seal that cannot be read", _after_seal(_bytes(SEAL, lambda d, rng: b"abc" + d)), SEAL),
    Stop("a provenance that is no YAML", _bytes(ABOUT, lambda d, rng: b"a: [b"), ABOUT),
    Stop("a provenance that is a list", _bytes(ABOUT, lambda d, rng: b"- a\n- b\n"), ABOUT),
    Stop("simulated: perhaps", _about(simulated="perhaps"), ABOUT, "simulated"),
    Stop("a real export without its statements", _about(simulated=False), "study.yml"),
    Stop("a real export without its date", _about(simulated=False, exported_on=""), ABOUT,
         "exported_on"),
)  # fmt: skip


def _shuffle_rows(files, rng):
    for file in DATA:
        head, *rows = _rows(files, file)
        rng.shuffle(rows)
        _save(files, file, [head, *rows])


def _shuffle_columns(files, rng):
    for file in (*TABLES, CORRECTIONS):
        rows = _rows(files, file)
        order = rng.sample(range(len(rows[0])), len(rows[0]))
        _save(files, file, [[row[place] for place in order] for row in rows])


def _quote_all(files, rng):
    for file in TABLES:
        text = io.StringIO()
        csv.writer(text, lineterminator="\n", quoting=csv.QUOTE_ALL).writerows(_rows(files, file))
        files[file] = text.getvalue().encode()


def _recode(files, rng, *, write):
    for file in TABLES:
        files[file] = write(files[file])


def _to_cp949(data):
    """Return the text in CP949, where it has all its letters."""
    try:
        return data.decode().encode("cp949")
    except UnicodeEncodeError:
        return data


HARMLESS = (
    Harmless("rows in another order", _shuffle_rows),
    Harmless("columns in another order", _shuffle_columns),
    Harmless("every cell in quotes", _quote_all),
    Harmless("a byte order mark",
             functools.partial(_recode, write=lambda data: b"\xef\xbb\xbf" + data)),
    Harmless("CP949", functools.partial(_recode, write=_to_cp949)),
    Harmless("line ends of Windows",
             functools.partial(_recode, write=lambda data: data.replace(b"\n", b"\r\n"))),
    Harmless("no line end at the end",
             functools.partial(_recode, write=lambda data: data.rstrip(b"\n"))),
    Harmless("sealed", lambda files, rng: seal_files(files)),
)  # fmt: skip


def spoil_bytes(files, rng):
    """Change random bytes of a random file."""
    file = rng.choice((*TABLES, CORRECTIONS, ABOUT))
    data = bytearray(files[file])
    for _ in range(rng.choice((1, 1, 3, 20))):
        place = rng.randrange(max(1, len(data)))
        length = rng.choice((1, 1, 2, 50))
        # Bytes of no encoding are found at once; letters and digits get further.
        low, high = rng.choice(((0, 256), (32, 127), (32, 127)))
        chunk = bytes(rng.randrange(low, high) for _ in range(length))
        how = rng.randrange(5)
        if how == 0:
            data[place : place + length] = chunk
        elif how == 1:
            data[place:place] = chunk
        elif how == 2:
            del data[place : place + length]
        elif how == 3:
            data[place:place] = data[place : place + 40 * length]
        else:
            data[place : place + 1] = rng.choice((b",", b'"', b"\n", b"\r", b"|", b" ", b";", b"0"))
    files[file] = bytes(data)


def spoil_cells(files, rng):
    """Put hostile or odd texts, or other cells' texts, into random cells of a random file."""
    file = rng.choice((*DATA, DATA[0], DICTIONARY, MAP, CORRECTIONS))
    rows = _rows(files, file)
    for _ in range(rng.choice((1, 3, 30))):
        if len(rows) == 1:
            rows.append(["x"] * len(rows[0]))
        row = rows[rng.randrange(0 if rng.random() < 0.03 else 1, len(rows))]
        other = rng.choice(rng.choice(rows[1:]))
        row[rng.randrange(len(row))] = rng.choice((rng.choice(HOSTILE), other))
    _save(files, file, rows)


def cut_file(files, rng):
    """Cut a random file short, as a broken download does."""
    file = rng.choice(TABLES)
    files[file] = files[file][: rng.randrange(len(files[file]))]


def mix_lines(files, rng):
    """Take out, repeat or exchange random lines of a random file."""
    file = rng.choice(TABLES)
    lines = files[file].split(b"\n")
    for _ in range(rng.choice((1, 3, 10))):
        place = rng.randrange(len(lines))
        how = rng.randrange(3)
        if how == 0 and len(lines) > 2:
            del lines[place]
        elif how == 1:
            lines.insert(place, rng.choice(lines))
        else:
            other = rng.randrange(len(lines))
            lines[place], lines[other] = lines[other], lines[place]
    files[file] = b"\n".join(lines)


RANDOM = {
    "random cells": spoil_cells,
    "random lines": mix_lines,
    "random bytes": spoil_bytes,
    "a file cut short": cut_file,
}


def make_rng(*parts):
    """Return a random generator that hangs on its parts alone."""
    return random.Random("/".join(map(str, parts)))
