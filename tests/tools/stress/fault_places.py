"""A machine without disk space or write access; another run at the same time."""

import os
import resource
import shlex
import shutil
import time

from checkout import PUBLISHED, finish

from stress.fault_bench import Outcome
from stress.fault_files import judge_message
from stress.processes import kill_group, wait_for_processes

PLACES = (*PUBLISHED, ".run")
ELSEWHERE = "elsewhere"


def may_mount():
    """Return True if a separate namespace with a small disk can be mounted, as root can do."""
    program = ["unshare", "--mount", "mount", "-t", "tmpfs", "none", "/mnt"]
    return shutil.which("unshare") is not None and os.spawnvp(os.P_WAIT, "unshare", program) == 0


def limit_files(bench, rng, *, size=0):
    """Limit the size of files, as a quota does, for every process of the run."""
    size = size or rng.choice((0, 1, 10, 100, 1000)) * 1024 + rng.randrange(1, 1024)
    name = bench.outdate(rng, edits=rng.random() < 0.3)
    outcome = Outcome("no room (quota)", f"files end at {size} bytes ({name})")

    def prepare():
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

    return _meet(bench, outcome, *bench.checkout.run(*bench.checkout.goal, prepare=prepare))


def fill_disk(bench, rng):
    """Run on a memory disk with hardly any free space, and then with enough."""
    free = rng.choice((0, 8, 64, 512, 4096)) + rng.randrange(8)
    name = bench.outdate(rng, edits=rng.random() < 0.3)
    outcome = Outcome("no room (disk full)", f"{free} KB free ({name})")
    root = bench.checkout.root
    places = _list_places(root)
    used = sum(_count_pages(root / place) for place in places) * 4
    script = _mount_and_make(f"-t tmpfs -o size={used + free}k none", places, keep=True)
    code, output = bench.checkout.run(*bench.checkout.goal, f"OUT={ELSEWHERE}", before=script)
    return _meet(bench, outcome, code, output)


def forbid_writing(bench, rng):
    """Run in a read-only place, which root cannot write to either; then in a writable one."""
    name = bench.outdate(rng, edits=rng.random() < 0.3)
    outcome = Outcome("read-only folder", f"mounted read-only ({name})")
    script = _mount_and_make("-t tmpfs none", _list_places(bench.checkout.root), keep=False)
    code, output = bench.checkout.run(*bench.checkout.goal, f"OUT={ELSEWHERE}", before=script)
    if not code:
        outcome.wrong.append("what could not be written is said to be done")
    return _meet(bench, outcome, code, output)


def take_rights(bench, rng):
    """Remove write access to the folder .run; this has no effect on root."""
    name = bench.outdate(rng, edits=False)
    folder = bench.checkout.root / ".run"
    outcome = Outcome("read-only folder", f"no right to write ({name})")
    folder.chmod(0o555)
    try:
        code, output = bench.checkout.run(*bench.checkout.goal)
    finally:
        folder.chmod(0o755)
    return _meet(bench, outcome, code, output)


def run_twice(bench, rng, *, killed=False):
    """Start two runs at once, and perhaps kill one of them."""
    name = bench.outdate(rng, edits=rng.random() < 0.5)
    outcome = Outcome("two runs at once", f"one killed ({name})" if killed else name)
    runs = [bench.checkout.start(*rng.choice(([], ["-j2"])), *bench.checkout.goal)]
    time.sleep(rng.uniform(0, 1))
    runs.append(bench.checkout.start(*bench.checkout.goal))
    if killed:
        time.sleep(rng.uniform(0, 8))
        kill_group(runs[0])
    for number, run in enumerate(runs):
        code, output = finish(run)
        if code and not (killed and number == 0):
            outcome.wrong.append(f"a run beside another ended with {code}: {output[-500:]}")
        outcome.wrong += ["a traceback was shown"] if "Traceback" in output else []
    return _recover(bench, outcome)


def _meet(bench, outcome, code, output):
    """Judge a run on a machine that refused something, and then a run without the fault."""
    if code:
        outcome.ended = "stopped"
        outcome.wrong += judge_message(code, output)
    return _recover(bench, outcome)


def _recover(bench, outcome):
    outcome.wrong += wait_for_processes(bench.checkout.root, 30)
    outcome.wrong += bench.find_believed()
    outcome.wrong += bench.recover()
    return outcome


def _list_places(root):
    return [place for place in PLACES if (root / place).exists()]


def _mount_and_make(kind, places, *, keep):
    """Return a program that mounts a disk with all published files as OUT, and then runs.

    The namespace and its disk end with the program; with `keep`, the files on the disk are copied
    back into the checkout.
    """
    places = " ".join(map(shlex.quote, places))
    lines = [
        f"mkdir -p {ELSEWHERE} && mount {kind} {ELSEWHERE}",
        f"cp -a --parents {places} {ELSEWHERE}",
        ":" if keep else f"mount -o remount,ro {ELSEWHERE}",
        '"$@"; code=$?',
        f"rm -rf {places} && cp -a {ELSEWHERE}/. ." if keep else ":",
        "exit $code",
    ]
    return ["unshare", "--mount", "sh", "-c", "\n".join(lines), "sh"]


def _count_pages(folder):
    """Return how many pages of memory a copy of a folder takes, including its subfolders."""
    paths = [folder, *folder.rglob("*")]
    return sum(1 + path.lstat().st_size // 4096 for path in paths)
