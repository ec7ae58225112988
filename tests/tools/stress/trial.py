"""Corrupt one export, clean it, and return the outcome."""

import contextlib
import functools
import tempfile
from collections import Counter
from dataclasses import dataclass, field, replace
from pathlib import Path

from analysis.cleaning import clean_export, read_export
from analysis.errors import AnalysisError
from analysis.study import load_study
from stress.bench import Bench, make_base
from stress.corrupt_across import ACROSS
from stress.corrupt_cells import CELLS
from stress.corrupt_files import HARMLESS, RANDOM, make_rng, save_files, write_files
from stress.corrupt_forms import FORMS
from stress.corrupt_records import RECORDS
from stress.judge import judge_export
from stress.stops import STOPS

KINDS = (*CELLS, *RECORDS, *ACROSS, *FORMS)
# Rules that only another site's form or a file as a whole can show, and the test that shows them.
_FIELDS, _SITE = "tests/cleaning/test_dictionary.py", "tests/cleaning/test_site_forms.py"
_METRES = (_SITE, "test_a_height_in_metres_is_a_height_in_centimetres")
_REWRITTEN = (_FIELDS, "test_most_dates_in_another_form_are_one_question")
_CALCULATED = (_FIELDS, "test_a_calculation_is_compared_with_its_inputs_and_never_changed")
_FILLED = (_FIELDS, "test_what_redcap_fills_opens_no_form_and_is_not_required")
_FILE = (_FIELDS, "test_files_and_signatures_leave_only_that_they_are_there")
_BOX = (_FIELDS, "test_a_ticked_box_for_a_missing_data_code_explains_the_set")
_LIMITS = (_FIELDS, "test_limits_of_the_form_are_soft_where_the_instrument_has_its_own")
ELSEWHERE = {
    # fields.csv names another unit, or the provenance a decimal comma, for every cell alike.
    "recorded_unit": _METRES, "decimal_declared": _METRES,
    # Every cell of a field is rewritten, so that no other fault of the field would be found.
    "spreadsheet_dates": _REWRITTEN, "rewritten_date": _REWRITTEN, "rewritten_unclear": _REWRITTEN,
    # The shipped form has no field that REDCap calculates or fills, no file or signature, no box
    # for a missing-data code, and no limits inside those of an instrument.
    "calculation_differs": _CALCULATED, "filled_in_unopened": _FILLED, "file_there": _FILE,
    "box_explained": _BOX, "outside_form_limits": _LIMITS,
}  # fmt: skip
# In a few simulated people these rules rightly ask although nothing was planted.
CHANCE = ("scale_differs", "copied_forward")
SIZES = (7, 8, 10, 13, 17, 22, 30, 40)


@dataclass
class Outcome:
    sort: str  # known, harmless, stop, random or valid
    planted: Counter = field(default_factory=Counter)  # faults by kind
    found: Counter = field(default_factory=Counter)
    alarms: tuple = ()  # queries and changes beyond them: kind, rule, place
    ended: str = "balanced"  # or stopped (an error names the place), or crashed (anything else)
    notes: tuple = ()  # descriptions of what went wrong


@functools.cache
def write_valid(size, seed):
    base = make_base(size, seed)
    return write_files(base.tables, base.provenance)


def clean_files(files):
    """Write files into a new folder, read and clean them."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "raw"
        save_files(files, place)
        return clean_export(read_export(place), load_study())


@functools.cache
def ask_by_chance(size, seed):
    """Return participant and rule of the justified queries about an export without faults."""
    queries = clean_files(write_valid(size, seed)).queries
    asked = queries[queries["rule"].isin(CHANCE)]
    return frozenset(zip(asked["participant_id"], asked["rule"], strict=True))


def judge_files(files, faults, size, seed):
    """Clean corrupted files and judge; queries that arise without any fault are not alarms."""
    verdict = judge_export(clean_files(files), faults)
    if not {rule for _, rule, _ in verdict.alarms} & set(CHANCE):
        return verdict
    chance = ask_by_chance(size, seed)
    alarms = tuple(a for a in verdict.alarms if (a[2].split("|")[0], a[1]) not in chance)
    return replace(verdict, alarms=alarms)


def plant_many(size, seed, rng, kinds, most):
    """Plant faults of some kinds, at most one in each person, and return the bench."""
    bench = Bench(make_base(size, seed).tables, rng)
    for kind in kinds:
        if len(bench.faults) == most or not bench.free:
            break
        bench.plant(kind)
    return bench


def plant_known(rng, number, kinds, most):
    """Return size and seed of a base, its files with known faults, and the bench of these."""
    size, seed = SIZES[number % len(SIZES)], 1 + number % 5
    bench = plant_many(size, seed, rng, kinds, most(size))
    files = write_files(bench.finish(), make_base(size, seed).provenance)
    return size, seed, files, bench


def try_valid(number):
    """Clean an export without faults: nothing may be asked or changed."""
    files = write_valid(SIZES[number % len(SIZES)], 100 + number)
    verdict = judge_export(clean_files(files), ())
    return Outcome("valid", Counter(["valid"]), alarms=verdict.alarms)


def try_known(number):
    """Plant known faults, write the files in some harmless way, and judge what was found."""
    rng = make_rng("known", number)
    # Every kind has its turn, whatever the size.
    first = sum(SIZES[turn % len(SIZES)] for turn in range(number)) % len(KINDS)
    kinds = (*KINDS[first:], *KINDS[:first])
    # Some people stay without a fault: there may be no query about them.
    size, seed, files, bench = plant_known(
        rng, number, kinds, lambda size: rng.randint(size // 2, size - 1)
    )
    way = rng.choice(HARMLESS)
    way.rewrite(files, rng)
    outcome = Outcome("known", Counter(fault.kind for fault in bench.faults))
    with _note_crash(outcome, f"known {number} ({way.name})"):
        verdict = judge_files(files, bench.faults, size, seed)
        outcome.found = Counter(fault.kind for fault in verdict.found)
        outcome.alarms = verdict.alarms
        outcome.notes = tuple(
            f"known {number}: missed {fault.kind}, {fault.file} {fault.row} {fault.field}"
            for fault in verdict.missed
        )
    return outcome


def try_harmless(number):
    """Write a faulty export differently: every table must come out the same."""
    rng = make_rng("harmless", number)
    kinds = rng.sample(KINDS, len(KINDS))
    _, _, files, _ = plant_known(rng, number, kinds, lambda size: size)
    way = HARMLESS[number % len(HARMLESS)]
    outcome = Outcome("harmless", Counter([way.name]))
    with _note_crash(outcome, f"harmless {number}"):
        before = clean_files(files).tables
        way.rewrite(files, rng)
        after = clean_files(files).tables
        other = [name for name, table in before.items() if not table.equals(after[name])]
        outcome.found = Counter([] if other else [way.name])
        outcome.notes = tuple(f"harmless {number} ({way.name}): other {name}" for name in other)
    return outcome


def try_stop(number):
    """Spoil a file so that the run must stop and name it."""
    stop = STOPS[number % len(STOPS)]
    files = dict(write_valid(SIZES[number % 4], 1 + number % 4))
    stop.spoil(files, make_rng("stop", number))
    outcome = Outcome("stop", Counter([stop.name]))
    stopped = _end(files, outcome, f"stop {number} ({stop.name})")
    if stopped is None:
        outcome.notes += (f"stop {number} ({stop.name}): ended {outcome.ended}",)
    elif (
        Path(stopped.file).name == stop.file
        and (not stop.field or stopped.field == stop.field)
        and not (stop.hidden and stop.hidden in str(stopped))
    ):
        outcome.found = Counter([stop.name])
    else:
        outcome.notes = (f"stop {number} ({stop.name}): {stopped!s:.300}",)
    return outcome


def try_random(number):
    """Spoil a file at random: the run stops and names a file, or the changes balance."""
    name = list(RANDOM)[number % len(RANDOM)]
    files = dict(write_valid(SIZES[number // len(RANDOM) % 4], 1 + number % 4))
    RANDOM[name](files, make_rng("random", number))
    outcome = Outcome("random", Counter([name]))
    _end(files, outcome, f"random {number} ({name})")
    if outcome.ended != "crashed":
        outcome.found = Counter([name])
    return outcome


def _end(files, outcome, title):
    """Clean files and record how that ended; return the error if it names a place."""
    with _note_crash(outcome, title):
        try:
            clean_files(files)
        except AnalysisError as error:
            if not error.file:
                raise
            outcome.ended = "stopped"
            return error
    return None


@contextlib.contextmanager
def _note_crash(outcome, title):
    try:
        yield
    except Exception as error:
        outcome.ended = "crashed"
        outcome.notes = (f"{title}: {type(error).__name__} {error!s:.300}",)
