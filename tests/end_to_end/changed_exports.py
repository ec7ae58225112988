"""Other exports than the shipped one, made of it by edits of its files."""

import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd

RAW = "data/raw"
REDCAP, DIARY, IMAGES = "redcap_export.csv", "raynaud_diary.csv", "capillaroscopy.csv"
ENCODINGS = ("utf-8-sig", "cp949")
EVENT, FORM = "redcap_event_name", "redcap_repeat_instrument"
INSTANCE, UNSCHEDULED = "redcap_repeat_instance", "unscheduled_arm_1"
BASELINE, FOLLOWUP = "baseline_arm_1", "week_12_arm_1"
FIRST, LAST = "mrss_face", "circumference_complete"
PLACE = ["record_id", "hand", "finger", "field"]


class Export:
    """A copy of an export, in a folder that a test may spoil."""

    def __init__(self, source, folder):
        shutil.copytree(source, folder)
        self.folder = folder

    def edit(self, file, change):
        """Rewrite a file; `change` takes its table, all text, and returns another."""
        path = self.folder / file
        encoding = next(each for each in ENCODINGS if _is_readable(path, each))
        table = pd.read_csv(path, dtype=str, keep_default_na=False, encoding=encoding)
        text = change(table).to_csv(index=False, lineterminator="\n")
        path.write_bytes(text.encode(encoding))

    def drop_corrections(self):
        self.edit("corrections.csv", lambda table: table.iloc[:0])

    def remove_participant(self, person):
        """Leave out everything about somebody, however the name is spelled."""
        for file in (REDCAP, DIARY, IMAGES, "corrections.csv"):
            name = "row" if file == "corrections.csv" else "record_id"
            self.edit(file, lambda table, name=name: table[~_is(table[name], person)])

    def miss_followup(self, person):
        self.edit(REDCAP, lambda t: t[~(_is(t["record_id"], person) & t[EVENT].eq(FOLLOWUP))])
        self.edit(IMAGES, lambda t: t[~(_is(t["record_id"], person) & t["event"].ne(BASELINE))])

    def reverse_changes(self):
        """Exchange what was measured at baseline and at the follow-up visit."""
        self.drop_corrections()
        self.edit(REDCAP, _exchange_visits)
        names = {BASELINE: FOLLOWUP, FOLLOWUP: BASELINE}
        self.edit(IMAGES, lambda table: table.assign(event=table["event"].replace(names)))
        self.edit(DIARY, _reverse_ratings)

    def undo_changes(self):
        """Let everybody have at the follow-up visit what was measured at baseline."""
        self.edit(REDCAP, lambda table: _exchange_visits(table, copy=True))
        self.edit(IMAGES, _read_once)
        self.edit(DIARY, lambda table: table.assign(rating="5"))

    def lose_outcome(self, field):
        """Leave a field empty for everybody, so that no score that needs it can be made."""
        self.drop_corrections()
        self.edit(REDCAP, lambda table: table.assign(**{field: ""}))

    def write(self, person, event, form="", number="", **cells):
        def change(table):
            at = _is(table["record_id"], person) & table[EVENT].eq(event) & table[FORM].eq(form)
            at &= table[INSTANCE].eq(number) if number else True
            return table.assign(
                **{name: table[name].mask(at, cell) for name, cell in cells.items()}
            )

        self.edit(REDCAP, change)

    def end(self, person, day, reason):
        """Let somebody's participation end, and nothing be recorded after that day (ISO)."""
        self.drop_corrections()
        self.miss_followup(person)
        rows = {"record_id": person, EVENT: FOLLOWUP, "disp_status": "2", "disp_date": day}
        rows |= {"disp_reason": reason, "disposition_complete": "2"}
        self.edit(REDCAP, lambda t: pd.concat([t, pd.DataFrame([rows])]).fillna(""))

    def lose_rows(self, column, value):
        self.edit(REDCAP, lambda table: table[table[column] != value])


def _is_readable(path, encoding):
    try:
        path.read_text(encoding=encoding)
    except UnicodeDecodeError:
        return False
    return True


def _is(names, person):
    """Say which spellings (SIM-05, sim05, SIM-5|week_12_arm_1|) mean a participant."""
    numbers = names.str.extract(r"(?i)^\s*sim-?0*(\d+)\b", expand=False)
    return numbers.eq(person.removeprefix("SIM-").lstrip("0"))


def _exchange_visits(table, *, copy=False):
    # A row that stands there twice, under another spelling of its person, would stay as it was.
    person = table["record_id"].str.extract(r"(\d+)\D*$", expand=False).str.lstrip("0")
    again = table[[EVENT, FORM, INSTANCE]].assign(person=person).duplicated(keep=False)
    table = table[~again | table["record_id"].str.fullmatch(r"SIM-[0-9S][0-9]")].copy()
    measured = table.loc[:, FIRST:LAST].columns
    single = table[table[FORM] == ""]
    for _, rows in single.groupby("record_id"):
        before, after = (rows.index[rows[EVENT] == event] for event in (BASELINE, FOLLOWUP))
        if len(before) == len(after) == 1:
            both, values = [before[0], after[0]], [before[0] if copy else after[0], before[0]]
            table.loc[both, measured] = table.loc[values, measured].to_numpy()
    return table


def _read_once(table):
    """Let the first reader's readings of baseline be those of the follow-up visit too."""
    first = table[(table["reader"] == "A") & (table["event"] == BASELINE)]
    later = table[(table["reader"] == "A") & (table["event"] == FOLLOWUP)]
    names = ["event", "image_id", "read_order", "read_date"]
    again = first.drop(columns=names).merge(later[[*PLACE, *names]], on=PLACE)
    return pd.concat([first, again[first.columns]])


def _reverse_ratings(table):
    backwards = table.groupby("record_id")["rating"].transform(lambda each: each.to_numpy()[::-1])
    return table.assign(rating=backwards)


def draw(root, folder, *options):
    """Draw an export with the command of the repository at `root`."""
    command = (".venv/bin/python", "-m", "analysis", "demo", *options, "--out", folder)
    subprocess.run(command, cwd=root, check=True)
    return folder


def draw_twelve(root, folder):
    draw(root, folder, "--participants", "12", "--seed", "1")


def draw_twenty(root, folder):
    """As many participants as the article has room for."""
    draw(root, folder, "--participants", "20", "--seed", "3")


def lose_people_and_visits(root, folder):
    export = Export(root / RAW, folder)
    export.remove_participant("SIM-05")
    export.miss_followup("SIM-02")


def reverse_all_changes(root, folder):
    Export(root / RAW, folder).reverse_changes()


def lose_primary_outcome(root, folder):
    export = Export(root / RAW, folder)
    export.lose_outcome("mrss_hand_r")
    export.lose_rows(FORM, "adverse_event")


def keep_one(root, folder):
    export = Export(root / RAW, folder)
    for number in range(2, 8):
        export.remove_participant(f"SIM-{number:02d}")
    export.edit(REDCAP, lambda table: table[table["record_id"] != "SIM-S1"])


def treat_nobody(root, folder):
    Export(root / RAW, folder).lose_rows(EVENT, "procedure_arm_1")


def change_nothing(root, folder):
    drawn = draw(root, folder.with_name("drawn"), "--faults", "none")
    Export(drawn, folder).undo_changes()


def let_one_die(root, folder):
    export = Export(root / RAW, folder)
    export.end("SIM-05", "2022-01-20", "4")
    fatal = {"ae_grade": "5", "ae_outcome": "5", "ae_serious": "1", "ae_serious_why": "1"}
    fatal |= {"ae_start": "2022-01-18", "ae_start_time": "", "ae_stop": "2022-01-20"}
    export.write("SIM-05", UNSCHEDULED, "adverse_event", "1", **fatal)


def relate_serious_event(root, folder):
    export = Export(root / RAW, folder)
    serious = {"ae_grade": "3", "ae_serious": "1", "ae_serious_why": "3", "ae_rel_product": "3"}
    export.write("SIM-04", UNSCHEDULED, "adverse_event", "1", **serious, ae_rel_inj="4")


def miss_three_followups(root, folder):
    export = Export(root / RAW, folder)
    for person in ("SIM-01", "SIM-03"):
        export.miss_followup(person)
    export.end("SIM-06", "2022-04-15", "3")


def withdraw_before_injection(root, folder):
    export = Export(root / RAW, folder)
    fingers = {f"inj_{side}{finger}": "" for side in "rl" for finger in range(1, 6)}
    export.write("SIM-06", "procedure_arm_1", **fingers, first_injection="", needle_g="")
    export.end("SIM-06", "2022-02-28", "1")


def copy_shipped(root, folder):
    Export(root / RAW, folder)


@dataclass(frozen=True)
class Changed:
    """An export, the analysis it is made for, and what that is called."""

    make: Callable
    params: str = ""
    visit: str = "week_12"
    population: str = "full_analysis"

    @property
    def name(self):
        return self.params.replace("=", "_") or self.make.__name__


SAMPLE = tuple(
    map(Changed, (let_one_die, relate_serious_event, reverse_all_changes, lose_primary_outcome))
)
MORE = (
    *map(Changed, (draw_twelve, lose_people_and_visits, keep_one, treat_nobody, change_nothing)),
    *map(Changed, (miss_three_followups, withdraw_before_injection, draw_twenty)),
    Changed(copy_shipped, "followup_visit=week_4", visit="week_4"),
    Changed(copy_shipped, "population=per_protocol", population="per_protocol"),
)
