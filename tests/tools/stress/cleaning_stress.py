"""The first part of ``make stress``: corrupt exports and report how the cleaning handles them.

It ends with 1 if a known fault was missed, if there was a query that no fault explains, or if a run
ended in any other way than with a balance or an error that names the place.
"""

import multiprocessing
import signal
import sys
import tempfile
from collections import Counter

from analysis.cleaning.rules import CLEANING_RULES
from stress.corrupt_files import HARMLESS, RANDOM
from stress.stops import STOPS
from stress.trial import (
    CHANCE,
    KINDS,
    SIZES,
    try_harmless,
    try_known,
    try_random,
    try_stop,
    try_valid,
)

NAME = "stress_cleaning"
TRIALS = {
    "known": (try_known, 120),
    "stop": (try_stop, 2 * len(STOPS)),
    "random": (try_random, 140),
    "harmless": (try_harmless, len(HARMLESS)),
    "valid": (try_valid, 16),
}
UNRULED = (
    "items scored in reverse (0 for unable)",
    "age in Korean counting years (age is computed from the year of birth)",
    "all fingers thicker by the same amount because of another tape or assessor",
    "a preference for round numbers",
    "all SHAQ scales in centimetres on a line that is said to be in millimetres",
    "fingers counted from 1 at the index finger",
    "medication changes that stand in free text only",
)


def stress_cleaning(record):
    """Run all trials, write the report into a folder, and return the exit code."""
    work = [(sort, number) for sort, (_, count) in TRIALS.items() for number in range(count)]
    outcomes = []
    with (
        tempfile.TemporaryDirectory(prefix="stress-", ignore_cleanup_errors=True) as folder,
        multiprocessing.Pool(initializer=begin_worker, initargs=(folder,)) as pool,
    ):
        for outcome in pool.imap(run_trial, work):
            outcomes.append(outcome)
            for failure in list_failures(outcome):
                print(ascii(failure)[1:-1], flush=True)
            if len(outcomes) % 50 == 0:
                print(f"{len(outcomes)} of {len(work)} exports", file=sys.stderr, flush=True)
    rows = count_kinds(outcomes)
    write_report(rows, outcomes, record)
    failures = sum(len(list_failures(outcome)) for outcome in outcomes)
    print(f"{len(outcomes)} exports, {failures} failures: {record / NAME}.md")
    return 1 if failures else 0


def begin_worker(folder):
    """Leave interrupts to the first process, which ends the others and removes their folders."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    tempfile.tempdir = folder


def run_trial(work):
    sort, number = work
    return TRIALS[sort][0](number)


def list_failures(outcome):
    """Return a line for each thing that went wrong with one export."""
    alarms = [alarm for alarm in outcome.alarms if is_false(outcome, alarm)]
    return [*outcome.notes, *(f"{outcome.sort}: false alarm {alarm}" for alarm in alarms)]


def is_false(outcome, alarm):
    """Return True if an alarm is false; in valid exports some rules rightly ask by chance."""
    return not (outcome.sort == "valid" and alarm[1] in CHANCE)


def count_kinds(outcomes):
    """Return a row per kind: sort, kind, rule, exports or faults, handled, recall, false alarms."""
    planted, found, alarms = Counter(), Counter(), Counter()
    for outcome in outcomes:
        planted.update({(outcome.sort, kind): n for kind, n in outcome.planted.items()})
        found.update({(outcome.sort, kind): n for kind, n in outcome.found.items()})
        for alarm in outcome.alarms:
            if is_false(outcome, alarm):
                alarms[outcome.sort, alarm[0]] += 1
    sorts = [("known", kind.name, kind.rule) for kind in KINDS]
    sorts += [("known", "", "")]
    sorts += [("stop", stop.name, "") for stop in STOPS]
    sorts += [("random", name, "") for name in RANDOM]
    sorts += [("harmless", way.name, "") for way in HARMLESS]
    rows = []
    for sort, kind, rule in sorts:
        n, handled = planted[sort, kind], found[sort, kind]
        recall = f"{handled / n:.3f}" if n else ""
        name = kind or "(people without a fault)"
        rows.append((sort, name, rule, n, handled, recall, alarms[sort, kind]))
    valid = [o for o in outcomes if o.sort == "valid"]
    quiet = sum(not any(is_false(o, alarm) for alarm in o.alarms) for o in valid)
    recall = f"{quiet / len(valid):.3f}" if valid else ""
    rows.append(("valid", "no fault", "", len(valid), quiet, recall, alarms["valid", ""]))
    return rows


def write_report(rows, outcomes, folder):
    folder.mkdir(parents=True, exist_ok=True)
    text = _write_markdown(rows, outcomes)
    (folder / f"{NAME}.md").write_text(text, encoding="utf-8", newline="\n")


def _write_markdown(rows, outcomes):
    ended = Counter((outcome.sort, outcome.ended) for outcome in outcomes)
    known = [row for row in rows if row[0] == "known"]
    chance = sum(alarm[1] in CHANCE for o in outcomes if o.sort == "valid" for alarm in o.alarms)
    stops = [row for row in rows if row[0] == "stop"]
    lines = [
        "# What the cleaning makes of corrupted exports",
        "",
        "Written by `make stress`; the same program writes the same file. Valid simulated exports "
        f"of {SIZES[0]} to {SIZES[-1]} participants are corrupted in known ways, in ways that must "
        "stop the run, at random, and in ways that must not matter. A known fault counts as found "
        "if the expected rule asks about this person, visit and field, if the change is logged at "
        "this cell, and if the cell then holds what it should. A false alarm is a question or a "
        "change that no planted fault explains. Every run that ends proves its balance.",
        "",
        "| exports | number | books balance | stopped, place named | anything else |",
        "| --- | ---: | ---: | ---: | ---: |",
    ]
    titles = {
        "known": "with known faults, many in each", "stop": "with a fault that must stop the run",
        "random": "spoiled at random", "harmless": "written otherwise", "valid": "not corrupted",
    }  # fmt: skip
    for sort, title in titles.items():
        counts = [ended[sort, how] for how in ("balanced", "stopped", "crashed")]
        lines.append(f"| {title} | {sum(counts)} | {counts[0]} | {counts[1]} | {counts[2]} |")
    lines += [
        "",
        f"Known faults: {sum(row[4] for row in known)} of {sum(row[3] for row in known)} found, "
        f"{sum(row[6] for row in known)} false alarms. "
        f"Faults that must stop the run: {sum(row[4] for row in stops)} of "
        f"{sum(row[3] for row in stops)} stopped it, each error naming the file (and the field, "
        "where there is one) and printing no personal data. In the exports that were not corrupted "
        f"{chance} question(s) arose by chance from what was simulated ({', '.join(CHANCE)}).",
        "",
        "## Known faults",
        "",
        "| rule | kind of fault | planted | found | recall | false alarms |",
        "| --- | --- | ---: | ---: | ---: | ---: |",
    ]
    order = {rule: place for place, rule in enumerate(CLEANING_RULES)}
    for row in sorted(known, key=lambda row: order.get(row[2], len(order))):
        lines.append(f"| {row[2]} | {row[1]} | {row[3]} | {row[4]} | {row[5]} | {row[6]} |")
    lines += ["", "## Other corruptions", "", "| sort | kind | exports | handled |"]
    lines.append("| --- | --- | ---: | ---: |")
    lines += [f"| {row[0]} | {row[1]} | {row[3]} | {row[4]} |" for row in rows if row[0] != "known"]
    lines += ["", "## What no rule looks for", ""]
    lines += [f"- {fault}" for fault in UNRULED]
    return "\n".join(lines) + "\n"
