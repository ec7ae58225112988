"""Whole files: writing them, rewriting them harmlessly, and spoiling them at random."""

import contextlib
import csv
import functools
import hashlib
import io
import random
from collections.abc import Callable
from dataclasses import dataclass

import yaml

from analysis.demo.planter import DIARY, IMAGES, REDCAP
from stress.bench import ABOUT, CORRECTIONS, DICTIONARY, MAP

CHECKSUMS = "SHA256SUMS"
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
class Harmless:
    """A way to write the same export differently: every table has to come out the same."""

    name: str
    rewrite: Callable


def write_files(tables, provenance):
    """Return the files of an export as bytes by name, without checksums."""
    files = {
        name: table.to_csv(index=False, lineterminator="\n").encode()
        for name, table in tables.items()
    }
    return files | {ABOUT: yaml.safe_dump(provenance, sort_keys=False, allow_unicode=True).encode()}


def add_checksums(files):
    sums = [f"{hashlib.sha256(data).hexdigest()}  {name}\n" for name, data in files.items()]
    files[CHECKSUMS] = "".join(sums).encode()


def save_files(files, folder):
    folder.mkdir(parents=True)
    for name, data in files.items():
        (folder / name).write_bytes(data)


def read_rows(files, file):
    return list(csv.reader(io.StringIO(files[file].decode("utf-8-sig"), newline="")))


def save_rows(files, file, rows):
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    files[file] = text.getvalue().encode()


def _shuffle_rows(files, rng):
    for file in DATA:
        head, *rows = read_rows(files, file)
        rng.shuffle(rows)
        save_rows(files, file, [head, *rows])


def _shuffle_columns(files, rng):
    for file in (*TABLES, CORRECTIONS):
        rows = read_rows(files, file)
        order = rng.sample(range(len(rows[0])), len(rows[0]))
        save_rows(files, file, [[row[place] for place in order] for row in rows])


def _quote_all(files, rng):
    for file in TABLES:
        text = io.StringIO()
        csv.writer(text, lineterminator="\n", quoting=csv.QUOTE_ALL).writerows(
            read_rows(files, file)
        )
        files[file] = text.getvalue().encode()


def _recode(files, rng, *, write):
    for file in TABLES:
        files[file] = write(files[file])


def _to_cp949(files, rng):
    """Write the files in CP949, if it has all their characters, and state it."""
    about = yaml.safe_load(files[ABOUT])
    stated = about.setdefault("encoding", {})
    for file in TABLES:
        with contextlib.suppress(UnicodeEncodeError):
            files[file] = files[file].decode().encode("cp949")
            stated[file] = "cp949"
    files[ABOUT] = yaml.safe_dump(about, sort_keys=False, allow_unicode=True).encode()


HARMLESS = (
    Harmless("rows in another order", _shuffle_rows),
    Harmless("columns in another order", _shuffle_columns),
    Harmless("every cell in quotes", _quote_all),
    Harmless("a byte order mark",
             functools.partial(_recode, write=lambda data: b"\xef\xbb\xbf" + data)),
    Harmless("UTF-16",
             functools.partial(_recode, write=lambda data: data.decode().encode("utf-16"))),
    Harmless("CP949", _to_cp949),
    Harmless("line ends of Windows",
             functools.partial(_recode, write=lambda data: data.replace(b"\n", b"\r\n"))),
    Harmless("no line end at the end",
             functools.partial(_recode, write=lambda data: data.rstrip(b"\n"))),
    Harmless("sealed", lambda files, rng: add_checksums(files)),
)  # fmt: skip


def spoil_bytes(files, rng):
    file = rng.choice((*TABLES, CORRECTIONS, ABOUT))
    data = bytearray(files[file])
    for _ in range(rng.choice((1, 1, 3, 20))):
        place = rng.randrange(max(1, len(data)))
        length = rng.choice((1, 1, 2, 50))
        # Bytes that are invalid in any encoding are found at once; letters and digits get further.
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
    """Put hostile texts, or texts of other cells, into random cells of a random file."""
    file = rng.choice((*DATA, DATA[0], DICTIONARY, MAP, CORRECTIONS))
    rows = read_rows(files, file)
    for _ in range(rng.choice((1, 3, 30))):
        if len(rows) == 1:
            rows.append(["x"] * len(rows[0]))
        row = rows[rng.randrange(0 if rng.random() < 0.03 else 1, len(rows))]
        other = rng.choice(rng.choice(rows[1:]))
        row[rng.randrange(len(row))] = rng.choice((rng.choice(HOSTILE), other))
    save_rows(files, file, rows)


def cut_file(files, rng):
    """Cut a random file short, as a broken download does."""
    file = rng.choice(TABLES)
    files[file] = files[file][: rng.randrange(len(files[file]))]


def mix_lines(files, rng):
    """Remove, repeat or exchange random lines of a random file."""
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
    """Return a random generator that depends only on its parts."""
    return random.Random("/".join(map(str, parts)))
