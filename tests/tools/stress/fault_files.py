"""Spoil one file that a run has written, in every way in which a file can be spoiled."""

import shutil

from stress.fault_bench import Outcome

# A published file of each kind, and the runner's internal files of each kind.
PUBLISHED = (
    "data/processed/items.csv",
    "data/processed/pairs.csv",
    "data/processed/provenance.json",
    "data/processed/results/04_efficacy.csv",
    "data/processed/results.csv",
    "report/_generated/figures/paired.svg",
    "report/_generated/figures/paired.png",
    "report/_generated/figures/paired.txt",
    "report/_generated/tables/efficacy.html",
    "report/notebooks/03_describe.ipynb",
    "report/_output/index.html",
    "report/_output/index.pdf",
    "report/_output/index.docx",
)
NOTES = (
    ".run/records/02_score.json",
    ".run/progress/02_score.json",
    ".run/fonts.json",
    ".run/locks/report",
    ".run/set-up.lock",
)


def cut(path, rng):
    """Leave only the beginning."""
    content = path.read_bytes()
    path.write_bytes(content[: rng.randrange(len(content))] if content else b"")


def flip(path, rng):
    """Change one bit."""
    content = bytearray(path.read_bytes())
    if content:
        content[rng.randrange(len(content))] ^= 1 << rng.randrange(8)
    path.write_bytes(bytes(content))


def empty(path, rng):
    """Leave nothing in it."""
    path.write_bytes(b"")


def delete(path, rng):
    """Take it away."""
    path.unlink()


def replace_by_folder(path, rng):
    """Put a folder in its place, with something in it."""
    path.unlink()
    path.mkdir()
    (path / "something").write_text("a person's own\n", encoding="utf-8")


def link_nowhere(path, rng):
    """Put a link in its place that leads nowhere, or round in a circle."""
    path.unlink()
    path.symlink_to(rng.choice(("nowhere", path.name)))


def link_elsewhere(path, rng):
    """Put a link in its place that leads to another file."""
    other = path.with_name(f"{path.name}.other")
    path.rename(other)
    flip(other, rng)
    path.symlink_to(other.name)


WAYS = (cut, flip, empty, delete, replace_by_folder, link_nowhere, link_elsewhere)


def spoil_file(bench, rng, *, file, way):
    """Spoil a file in one of WAYS and let runs repair it; a spoiled note must not hide a change."""
    path = bench.checkout.root / file
    outcome = Outcome("file spoiled", f"{file}: {way.__doc__.rstrip('.').lower()}")
    if not path.is_file():
        outcome.wrong = [f"{file} is not there to be spoiled"]
        return outcome
    way(path, rng)
    if file in NOTES:
        outcome.case += f"; {bench.outdate(rng, edits=True)}"
    outcome.wrong += bench.find_believed()
    code, output = bench.checkout.run(*bench.checkout.goal)
    if code:
        outcome.ended = "stopped"
        outcome.wrong += judge_message(code, output, file.rpartition("/")[2])
        remove(path)
        outcome.wrong += bench.recover()
    elif path.is_dir():
        remove(path)  # nothing needed it, nothing complained
    remove(path.with_name(f"{path.name}.other"))
    outcome.wrong += bench.find_differences(output)
    return outcome


def judge_message(code, output, *words):
    """Return what is wrong with the way a run has stopped: exit code, message, place."""
    wrong = [] if code == 2 else [f"make ended with {code}"]
    if not any(f"Error {number}" in output for number in (1, 2, 3)):
        wrong.append("no exit code of ours")
    if "Traceback" in output:
        wrong.append("a traceback was shown")
    wrong += [f"the message does not name {word}" for word in words if word not in output]
    return [f"{each}: {output[-500:]}" for each in wrong]


def remove(path):
    """Remove a file, link or folder, as a user does on the advice of a message."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
