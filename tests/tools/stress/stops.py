"""Faults that must stop the run: in whole files, and in cells that cannot be interpreted."""

import functools
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import yaml

from analysis.demo.planter import DIARY, IMAGES, REDCAP
from stress.bench import ABOUT, CORRECTIONS, DICTIONARY, MAP
from stress.corrupt_files import CHECKSUMS, DATA, TABLES, add_checksums, read_rows, save_rows

LIST = Path(__file__).with_name("stops.yml")
FILES = {
    "redcap": (REDCAP,), "diary": (DIARY,), "images": (IMAGES,), "dictionary": (DICTIONARY,),
    "map": (MAP,), "corrections": (CORRECTIONS,), "about": (ABOUT,), "sums": (CHECKSUMS,),
    "study": ("study.yml",), "data": DATA, "tables": TABLES,
    "required": (REDCAP, DICTIONARY, MAP, ABOUT),
}  # fmt: skip
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
CORRECTION = {
    "source": REDCAP, "row": "SIM-01|week_12_arm_1|", "field": "kap_l", "old_value": "77",
    "new_value": "0", "reason": "Typing error", "by": "Investigator", "date": "2022-12-12",
}  # fmt: skip


@dataclass(frozen=True)
class Stop:
    name: str
    spoil: Callable  # takes the files (bytes by name) and a random generator, changes the files
    file: str  # the file that the error must name
    field: str = ""  # the field that it must name, if any
    hidden: str = ""  # text that it must not print


def change_bytes(files, rng, file, way, *, text="", code=""):
    data = files[file]
    if way == "insert":
        place = rng.randrange(len(data) // 2, len(data))
        files[file] = data[:place] + bytes.fromhex(code) + data[place:]
        return
    files[file] = {
        "put": text.encode(),
        "keep_header": data.split(b"\n")[0] + b"\n",
        "zip": b"PK\x03\x04\x14\x00" + b"\x9c\xff" * 400,
        "open_quote": data.rstrip() + b'\n"',
    }[way]


def change_rows(files, rng, file, way, *, column=""):
    rows = read_rows(files, file)
    if way in ("lengthen", "shorten"):
        place = rng.randrange(1, len(rows))
        rows[place] = [*rows[place], "x"] if way == "lengthen" else rows[place][:-1]
    elif way == "double":
        rows.append(rng.choice(rows[1:]))
    elif way == "add_column":
        rows = [[*rows[0], "unheard_of"], *([*row, "1"] for row in rows[1:])]
    elif way == "drop_column":
        at = rows[0].index(column)
        rows = [row[:at] + row[at + 1 :] for row in rows]
    else:
        rows[0] = [*rows[0][:-1], rows[0][0] if way == "repeat_column" else ""]
    save_rows(files, file, rows)


def change_cell(files, rng, file, *, column, text, where=()):
    rows = read_rows(files, file)
    table = [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]
    if where == "choices":
        fitting = [row["Field Type"] in ("radio", "dropdown") for row in table]
    else:
        fitting = [not where or row[where[0]] == where[1] for row in table]
    row = rng.choice([row for row, fits in zip(rows[1:], fitting, strict=True) if fits])
    row[rows[0].index(column)] = text
    save_rows(files, file, rows)


def add_correction(files, rng, file, *, times=1, at="kap_l", **cells):
    rows = read_rows(files, file)
    correction = CORRECTION | {"field": at} | cells
    rows += [[correction.get(name, "") for name in rows[0]]] * times
    save_rows(files, file, rows)


def change_after_sums(files, rng, file, way):
    add_checksums(files)
    if way == "change_after_sums":
        change_bytes(files, rng, file, "insert", code="20")
    elif way == "drop_after_sums":
        del files[file]
    elif way == "drop_sum":
        files[file] = b"\n".join(files[file].splitlines()[1:])
    else:
        files[file] = b"abc" + files[file]


def _state(files, rng, file, **statements):
    files[file] = yaml.safe_dump(yaml.safe_load(files[file]) | statements).encode()


def _drop(files, rng, file):
    del files[file]


WAYS = {
    "drop": _drop, "cell": change_cell, "say": _state, "correct": add_correction,
    "correct_twice": functools.partial(add_correction, times=2, row="SIM-01|week_99_arm_1|"),
    "correct_personally": functools.partial(add_correction, reason=PERSONAL["name in Hangul"]),
}  # fmt: skip
for function, names in (
    (change_bytes, "put insert keep_header zip open_quote"),
    (change_rows, "lengthen shorten double add_column drop_column repeat_column unname_column"),
    (change_after_sums, "change_after_sums drop_after_sums drop_sum spoil_sums"),
):
    WAYS |= {name: functools.partial(function, way=name) for name in names.split()}


def _list_stops():
    stops = []
    for name, way, words, *rest in yaml.safe_load(LIST.read_text(encoding="utf-8")):
        settings = dict(*rest)
        field, hidden = settings.pop("field", ""), settings.pop("hidden", "")
        blamed = FILES[settings.pop("file")][0] if "file" in settings else ""
        for file in (file for word in words.split() for file in FILES[word]):
            if way == "personal":
                column = settings["column"]
                for what, text in PERSONAL.items():
                    spoil = functools.partial(change_cell, file=file, column=column, text=text)
                    stops.append(Stop(f"{what} in {file}", spoil, file, column, hidden=text))
                continue
            title = name.format(file=file, column=settings.get("column", ""))
            spoil = functools.partial(WAYS[way], file=file, **settings)
            stops.append(Stop(title, spoil, blamed or file, field, hidden))
    return tuple(stops)


STOPS = _list_stops()
