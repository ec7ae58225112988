"""Write the outcome of all cases: in full as JSON, in short as a table."""

import json
from collections import Counter

KINDS = {
    "killed": "kill -9 during `make report`, at a random moment or as it publishes",
    "kernel vanished": "the kernel alone killed",
    "set-up killed": "kill -9 during `make setup`",
    "no room (disk full)": "a disk of memory with 0 to 4 MB of room",
    "no room (quota)": "no file may grow beyond a size, of 1 byte to 1 MB",
    "read-only folder": "a folder that may not be written",
    "two runs at once": "two runs into one folder, half of the time one is killed",
    "clock set back": "all files bear times of the future, of long ago, or in disorder",
    "clock turned": "a run in 2037 or in 2001, then one with the right clock",
    "file spoiled": "a file cut, flipped, emptied, deleted, or replaced by a folder or a link",
}


def write_record(outcomes, conditions, folder):
    record = {"conditions": conditions, "cases": [vars(outcome) for outcome in sort(outcomes)]}
    text = json.dumps(record, indent=1, ensure_ascii=False) + "\n"
    (folder / "faults.json").write_text(text, encoding="utf-8", newline="\n")
    text = format_record(outcomes, conditions)
    (folder / "faults.md").write_text(text, encoding="utf-8", newline="\n")


def sort(outcomes):
    """Sort cases by kind, since parallel workers finish them in any order."""
    return sorted(outcomes, key=lambda each: (each.kind, each.case, each.faults))


def format_record(outcomes, conditions):
    lines = [
        "# What faults make of a run",
        "",
        "Written by `make stress`, which hurts runs of `make report` on the simulated data and "
        "looks each time at every published file: it equals, to the byte, what an undisturbed run "
        "publishes, or its step is known to be outdated. Then a run is let to its end and has to "
        "publish exactly the undisturbed bytes, leave no process and no folder behind, or stop "
        "with a message that says what to do. Anything else counts as wrong.",
        "",
        "| fault | cases | faults | recovered by itself | stopped with a message | wrong |",
        "| --- | ---: | ---: | ---: | ---: | ---: |",
    ]
    names = [*KINDS, *sorted({outcome.kind for outcome in outcomes} - KINDS.keys())]
    for kind in names:
        chosen = [outcome for outcome in outcomes if outcome.kind == kind]
        if chosen:
            lines.append(_format_row(KINDS.get(kind, kind), chosen))
    lines.append(_format_row("all", outcomes))
    killed = Counter()
    for outcome in outcomes:
        if outcome.kind in ("killed", "kernel vanished"):
            killed[outcome.case.partition(" killed")[0]] += outcome.faults
    lines += [
        "",
        "What was killed: " + ", ".join(f"{part} {n}" for part, n in sorted(killed.items())) + ". "
        '"Group" is all that a closed terminal takes along, "everything" the kernels too.',
        "",
        f"Seed {conditions['seed']}, Python {conditions['python']}, {conditions['system']}. "
        + (
            "The full disk and the read-only folder were mounted."
            if conditions["mounts"]
            else "No disk could be mounted here: only a quota and rights stood in for it."
        )
        + " Moments depend on the machine's speed, so the counts of another run differ. "
        + (
            "faketime turned the clock. "
            if conditions["clock"]
            else "The clock was not turned itself: files were given other times. "
        )
        + "Loss of power, which can lose what a disk has promised to keep, was not tried.",
    ]
    return "\n".join(lines) + "\n"


def _format_row(name, outcomes):
    good = Counter(outcome.ended for outcome in outcomes if not outcome.wrong)
    faults = sum(outcome.faults for outcome in outcomes)
    wrong = sum(bool(outcome.wrong) for outcome in outcomes)
    counts = f"{good['recovered']} | {good['stopped']} | {wrong}"
    return f"| {name} | {len(outcomes)} | {faults} | {counts} |"
