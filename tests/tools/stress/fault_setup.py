"""Kill `make setup` at a random moment while it makes a real environment."""

import shutil
import time

from checkout import clone_checkout, finish

from stress.fault_bench import Outcome
from stress.processes import end_processes, kill_group, wait_for_processes


def kill_setup(bench, rng):
    """Kill the making of an environment one to three times, then let it finish."""
    folder = bench.checkout.root.with_name(f"{bench.checkout.root.name} set-up")
    checkout = clone_checkout(bench.checkout, folder)
    (folder / ".venv").unlink()
    outcome = Outcome("set-up killed", "make setup", faults=0)
    for _ in range(rng.randint(1, 3)):
        run = checkout.start("setup")
        time.sleep(rng.uniform(0.5, 20))
        outcome.faults += run.poll() is None
        kill_group(run)
        finish(run)
    code, output = checkout.run("setup")
    if code or "Traceback" in output:
        outcome.wrong.append(f"the next set-up ended with {code}: {output[-500:]}")
    else:
        code, output = checkout.run(*checkout.goal)
        if code or "Nothing to do" not in output:
            outcome.wrong.append(f"after it something is to do ({code}): {output[-500:]}")
    outcome.wrong += wait_for_processes(folder, 90)
    end_processes(folder)
    shutil.rmtree(folder)
    return outcome
