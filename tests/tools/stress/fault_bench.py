"""Spoil a finished checkout again and again, and check that nothing wrong counts as valid."""

import shutil
import time
from dataclasses import dataclass, field

from checkout import clone_checkout

from stress.fault_edits import EDITS, NONE, apply_edit
from stress.processes import end_processes, wait_for_processes


@dataclass
class Outcome:
    kind: str
    case: str
    faults: int = 1  # 0 if the run had ended before any
    # "recovered" by the next run alone, or "stopped" with a message, and recovered once its advice
    # was followed.
    ended: str = "recovered"
    wrong: list = field(default_factory=list)  # descriptions of what must not happen


class Bench:
    """A checkout that is spoiled, and the files that undisturbed runs publish.

    In `checkout` a run has finished; `sound` is an untouched copy of it; `source` has the files as
    committed. `expected` has the files that an undisturbed run publishes, content by name for each
    edit, and `owners` the step that publishes each file; `seconds` is how long a whole run takes.
    """

    def __init__(self, checkout, sound, source, expected, owners, seconds):
        self.checkout = checkout
        self.sound = sound
        self.source = source
        self.expected = expected
        self.owners = owners
        self.edit = NONE
        # How long a run of all, some or few steps may take, in seconds; updated after each run.
        self.spans = {"all": seconds, "some": seconds / 2, "little": seconds / 4}

    def outdate(self, rng, *, edits):
        """Make something outdated, by an edit or by removing a file; return its description."""
        others = [edit for edit in self.expected if edit != self.edit]
        if edits and others:
            before, self.edit = self.edit, rng.choice(others)
            apply_edit(self.checkout.root, self.source, self.edit, before)
            return self.edit.name
        file = rng.choice(sorted(self.expected[self.edit]))
        (self.checkout.root / file).unlink(missing_ok=True)
        return f"{self.owners[file]} without a file"

    def find_believed(self):
        """Return the files that count as valid but differ from those of an undisturbed run."""
        published, trusted = self.checkout.published(), self.checkout.examine("up to date")
        now = self.expected[self.edit]
        wrong = {file for file in now if published.get(file) != now[file]}
        believed = [file for file in sorted(wrong) if self.owners[file] in trusted]
        if trusted >= set(self.owners.values()):
            believed += sorted(published.keys() - now)
        return [f"{file} is believed, and is not what it should be" for file in believed]

    def recover(self, span="some"):
        """Run to the end and return what is wrong afterwards."""
        started = time.monotonic()
        code, output = self.checkout.run(*self.checkout.goal)
        self.spans[span] = max(0.8 * self.spans[span], time.monotonic() - started)
        if code:
            return [f"the next run ended with {code}: {output[-600:]}"]
        return self.find_differences(output)

    def find_differences(self, output=""):
        """Return the differences of a finished run from an undisturbed one."""
        published, now = self.checkout.published(), self.expected[self.edit]
        wrong = [
            f"{file} is not what an undisturbed run publishes"
            for file in sorted({*published, *now})
            if published.get(file) != now.get(file)
        ]
        wrong += [f"left behind: {file}" for file in self.checkout.leftovers()]
        wrong += ["a traceback was shown"] if "Traceback" in output else []
        return wrong + wait_for_processes(self.checkout.root, 5)

    def renew(self):
        root = self.checkout.root
        end_processes(root)
        shutil.rmtree(root)
        self.checkout = clone_checkout(self.sound, root)
        self.edit = NONE


def learn_expected(checkout, source, edits=EDITS):
    """Run undisturbed with each edit; return the published files, their steps, and the seconds."""
    expected, owners, before, seconds = {}, {}, NONE, 0.0
    for edit in (*(edit for edit in edits if edit != NONE), NONE):
        apply_edit(checkout.root, source, edit, before)
        before, started = edit, time.monotonic()
        code, output = checkout.run("-j2", *checkout.goal)
        if code:
            raise RuntimeError(f"an undisturbed run has failed ({edit.name}): {output}")
        seconds = max(seconds, time.monotonic() - started)
        expected[edit] = checkout.published()
        owners |= checkout.owners()
    return expected, owners, seconds
