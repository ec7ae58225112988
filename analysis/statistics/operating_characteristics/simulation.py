"""Run the simulation of operating characteristics on all cores or a cluster, caching blocks."""

import contextlib
import hashlib
import shutil
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pandas as pd

from analysis.errors import MissingError, UsageError
from analysis.statistics.operating_characteristics.record import SIMULATION_FILE, write_simulation
from analysis.statistics.operating_characteristics.scenarios import Family, Scenario, list_scenarios
from analysis.statistics.operating_characteristics.simulate import count_block, summarise_counts

BLOCK_TRIALS = 20_000


def renew_record(
    *, trials: int, seed: int, jobs: int, scheduler: str, out: Path | None, cache: Path
) -> None:
    """Simulate every scenario, write the record and print its path.

    Parameters
    ----------
    trials
        Per scenario, a multiple of 20 000.
    jobs
        Processes; -1 for all cores.
    scheduler
        Address of a Dask scheduler; empty for this machine.
    out
        The record, a CSV; by default the project's.
    cache
        Folder for the finished blocks of an interrupted run; blocks from other code are never
        reused.
    """
    code = b"".join(p.read_bytes() for p in sorted(Path(__file__).parent.glob("*.py")))
    kept = cache / f"operating_characteristics_{hashlib.sha256(code).hexdigest()[:16]}"
    try:
        with connect_scheduler(scheduler):
            table = run_scenarios(
                list_scenarios(),
                trials=trials,
                seed=seed,
                cache=kept,
                jobs=jobs,
                report=_show_progress,
            )
    except KeyboardInterrupt:
        print("\nThe same command continues after the finished blocks.", file=sys.stderr)
        raise
    print(write_simulation(table, out or SIMULATION_FILE))
    shutil.rmtree(kept)


def run_scenarios(
    scenarios: Sequence[Scenario | Family],
    *,
    trials: int,
    seed: int,
    cache: Path,
    jobs: int = -1,
    report: Callable[[int, int], None] = lambda done, total: None,
) -> pd.DataFrame:
    """Simulate every scenario.

    Parameters
    ----------
    trials
        Per scenario, a multiple of 20 000 (the fixed size of a block: the numbers do not depend
        on how many workers there are).
    cache
        Folder of the finished blocks, which are not run again.
    jobs
        Processes; -1 for all cores. A cluster joined by `connect_scheduler` uses its own.
    report
        Called with the finished and the total number of blocks after each.

    Returns
    -------
    As `simulate.summarise_counts`, scenario after scenario.
    """
    import joblib

    if trials <= 0 or trials % BLOCK_TRIALS:
        raise UsageError(f"trials is a multiple of {BLOCK_TRIALS}, not {trials}")
    blocks = [(s, block) for s in scenarios for block in range(trials // BLOCK_TRIALS)]
    count = joblib.Memory(cache, verbose=0).cache(count_block)
    answers = joblib.Parallel(n_jobs=jobs, return_as="generator")(
        joblib.delayed(count)(s, block=block, trials=BLOCK_TRIALS, seed=seed) for s, block in blocks
    )
    totals: dict[str, Counter[str]] = {scenario.name: Counter() for scenario in scenarios}
    for done, ((scenario, _), counts) in enumerate(zip(blocks, answers, strict=True), start=1):
        totals[scenario.name].update(counts)
        report(done, len(blocks))
    tables = [summarise_counts(s, totals[s.name], trials) for s in scenarios]
    return pd.concat(tables, ignore_index=True)


@contextlib.contextmanager
def connect_scheduler(address: str) -> Iterator[None]:
    """Run the enclosed code on the workers of a Dask scheduler.

    Parameters
    ----------
    address
        Such as ``tcp://host:8786``; empty for the cores of this machine. The workers need this
        repository and its environment.

    Raises
    ------
    MissingError
        The package `distributed` is absent, or no scheduler answers.
    """
    if not address:
        yield
        return
    import joblib

    try:
        from distributed import Client
    except ImportError:
        raise MissingError(
            "the package distributed is not installed",
            hint="Run `make setup`, or leave out --scheduler",
        ) from None
    try:
        client = Client(address, timeout=20)
    except (OSError, ValueError) as error:
        raise MissingError(
            f"no Dask scheduler answers at {address} ({error})", hint="Start one: dask scheduler"
        ) from None
    with client, joblib.parallel_config(backend="dask"):
        yield


def _show_progress(done: int, total: int) -> None:
    if sys.stderr.isatty():
        end = "\n" if done == total else ""
        print(f"\r{done} of {total} blocks", end=end, file=sys.stderr, flush=True)
    elif done == total:
        print(f"{total} blocks", file=sys.stderr)
