"""How far a run is: each step leaves a note, so that every process of the run can tell."""

import contextlib
import time
from dataclasses import asdict, dataclass, replace

from analysis.run.state import read_state, write_state
from analysis.run.steps import STEPS

# A step that takes longer than the last time is never shown as done by the clock alone.
ALMOST = 0.95
# Before so much is done, the pace so far says nothing about the rest.
EARLY = 0.1


@dataclass(frozen=True)
class Note:
    """What is known of one step in this run.

    Parameters
    ----------
    planned
        Whether the run is going to need it.
    began, ended
        Seconds since 1970; 0 while it has not.
    done, cells
        Code cells of its notebook that have run, and all of them.
    seconds
        How long it took when it last succeeded; 0 if nobody knows.
    """

    planned: bool = False
    began: float = 0.0
    ended: float = 0.0
    done: int = 0
    cells: int = 0
    seconds: float = 0.0

    @property
    def running(self):
        """Whether it is at work."""
        return self.began > 0 and not self.ended

    def share(self, now):
        """Return how much of it is done, by its cells or by the time that it took before."""
        if not self.running:
            return float(self.ended > 0)
        by_cells = self.done / self.cells if self.cells else 0.0
        by_clock = min((now - self.began) / self.seconds, ALMOST) if self.seconds else 0.0
        return max(by_cells, by_clock)


def read_notes(outputs):
    """Return the note of every step, by name, in the order of the pipeline."""
    told = {step.name: read_state(_place(outputs, step.name)) for step in STEPS}
    return {name: Note(**note) if note else Note() for name, note in told.items()}


def write_note(outputs, name, note):
    """Leave a note; it is only for the eye, so that a full disk stops nothing here."""
    with contextlib.suppress(OSError):
        write_state(_place(outputs, name), asdict(note))


def plan_run(outputs, outdated, *, until):
    """Note at the beginning of a run which steps it is going to need, as far as one can say.

    Parameters
    ----------
    outputs : analysis.paths.Outputs
    outdated : list of str
        Steps that are outdated now; those that wait for them may become so.
    until : str
        The last step that is asked for.
    """
    names = [step.name for step in STEPS]
    needed = _list_needed(outdated) & set(names[: names.index(until) + 1])
    for name, note in read_notes(outputs).items():
        write_note(outputs, name, Note(planned=name in needed, seconds=note.seconds))


def revise_plan(outputs, outdated):
    """Take from the plan what a step has turned out not to change."""
    needed = _list_needed(outdated)
    for name, note in read_notes(outputs).items():
        if note.planned and not note.began and name not in needed:
            write_note(outputs, name, replace(note, planned=False))


def estimate_run(notes, *, jobs):
    """Return how much of a run is done, and how many seconds it still takes.

    Parameters
    ----------
    notes : dict of str to Note
    jobs : int
        How many steps run side by side.

    Returns
    -------
    (float, float or None)
        The share, and the seconds; None as long as nobody can say.
    """
    now = time.time()
    planned = {name: note for name, note in notes.items() if note.planned or note.began}
    begun = [note.began for note in planned.values() if note.began]
    elapsed = now - min(begun, default=now)
    known = [note.seconds for note in planned.values() if note.seconds]
    if not known:
        share = sum(note.share(now) for note in planned.values()) / max(len(planned), 1)
        return share, elapsed * (1 - share) / share if share > EARLY else None
    usual = sum(known) / len(known)
    rest = {name: (1 - note.share(now)) * (note.seconds or usual) for name, note in planned.items()}
    # No shorter than the longest chain of steps, nor than all work on all processors.
    chain = {}
    for step in STEPS:
        before = max((chain[name] for name in step.after), default=0.0)
        chain[step.name] = before + rest.get(step.name, 0.0)
    left = max(*chain.values(), sum(rest.values()) / jobs)
    return elapsed / (elapsed + left) if elapsed + left else 1.0, left


def _list_needed(outdated):
    needed = set(outdated)
    for step in STEPS:
        if needed & set(step.after):
            needed.add(step.name)
    return needed


def _place(outputs, name):
    return outputs.state / "pace" / f"{name}.json"
