"""Simulate the operating characteristics anew, on all cores or a cluster, and keep the blocks."""

import contextlib
import hashlib
import json
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

import pandas as pd

from analysis.errors import MissingError, UsageError
from analysis.statistics.operating_characteristics.record import SIMULATION_FILE, write_simulation
from analysis.statistics.operating_characteristics.scenarios import Family, Scenario, list_scenarios
from analysis.statistics.operating_characteristics.simulate import count_block, summarise_counts

BLOCK_TRIALS = 20_000
Counts = dict[str, int]


def renew_record(
    *, trials: int, seed: int, jobs: int, scheduler: str, out: Path | None, cache: Path
) -> None:
    """Simulate every scenario, write the record and print where it lies.

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
        Folder for the finished blocks of an interrupted run.
    """
    checkpoint = Checkpoint(cache, seed=seed, block_trials=BLOCK_TRIALS)
    try:
        with connect_scheduler(scheduler):
            table = run_scenarios(
                list_scenarios(),
                trials=trials,
                seed=seed,
                checkpoint=checkpoint,
                jobs=jobs,
                report=_show_progress,
            )
    except KeyboardInterrupt:
        print("\nThe same command goes on after the finished blocks.", file=sys.stderr)
        raise
    print(write_simulation(table, out or SIMULATION_FILE))
    checkpoint.remove()


def run_scenarios(
    scenarios: Sequence[Scenario | Family],
    *,
    trials: int,
    seed: int,
    checkpoint: "Checkpoint",
    jobs: int = -1,
    report: Callable[[int, int], None] = lambda done, total: None,
) -> pd.DataFrame:
    """Simulate every scenario.

    Parameters
    ----------
    trials
        Per scenario, a multiple of 20 000 (the fixed size of a block: the numbers do not depend
        on how many workers there are).
    checkpoint
        Finished blocks; they are not run again.
    jobs
        Processes; -1 for all cores. A cluster that `connect_scheduler` joined has its own.
    report
        Called with the finished and the total number of blocks after each.

    Returns
    -------
    pandas.DataFrame
        As `simulate.summarise_counts`, scenario after scenario.
    """
    import joblib

    if trials <= 0 or trials % BLOCK_TRIALS:
        raise UsageError(f"trials is a multiple of {BLOCK_TRIALS}, not {trials}")
    blocks = range(trials // BLOCK_TRIALS)
    wanted = [(s, block) for s in scenarios for block in blocks]
    missing = [(s, block) for s, block in wanted if checkpoint.get(s.name, block) is None]
    report(len(wanted) - len(missing), len(wanted))
    # Waves, since a cluster gives its answers only when the whole call is done.
    waves = joblib.Parallel(n_jobs=jobs)
    size = 4 * max(1, joblib.effective_n_jobs(jobs))
    for start in range(0, len(missing), size):
        wave = missing[start : start + size]
        answers = waves(
            joblib.delayed(count_block)(s, block=block, trials=BLOCK_TRIALS, seed=seed)
            for s, block in wave
        )
        for (scenario, block), counts in zip(wave, answers, strict=True):
            checkpoint.add(scenario.name, block, counts)
        report(len(wanted) - len(missing) + start + len(wave), len(wanted))
    tables = []
    for scenario in scenarios:
        counts = _add_counts(checkpoint.get(scenario.name, block) or {} for block in blocks)
        tables.append(summarise_counts(scenario, counts, trials))
    return pd.concat(tables, ignore_index=True)


@contextlib.contextmanager
def connect_scheduler(address: str) -> Iterator[None]:
    """Hand what runs inside to the workers of a Dask scheduler.

    Parameters
    ----------
    address
        As ``tcp://host:8786``; empty for the cores of this machine. The workers need this
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


class Checkpoint:
    """Counts of finished blocks, one JSON line each.

    The file bears a hash of the seed, the size of the blocks and the code of this package:
    blocks of another version are never taken for these.
    """

    def __init__(self, folder: Path, *, seed: int, block_trials: int) -> None:
        code = b"".join(p.read_bytes() for p in sorted(Path(__file__).parent.glob("*.py")))
        key = hashlib.sha256(f"{seed} {block_trials} ".encode() + code).hexdigest()[:16]
        self.path = folder / f"operating_characteristics_{key}.jsonl"
        self._counts = dict(self._read())

    def get(self, scenario: str, block: int) -> Counts | None:
        """Return the counts of a finished block, or None."""
        return self._counts.get((scenario, block))

    def add(self, scenario: str, block: int, counts: Counts) -> None:
        """Keep the counts of one block at once."""
        self._counts[scenario, block] = counts
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps([scenario, block, counts]) + "\n")

    def remove(self) -> None:
        """Delete the file: the run is complete."""
        self.path.unlink(missing_ok=True)

    def _read(self) -> Iterator[tuple[tuple[str, int], Counts]]:
        if not self.path.exists():
            return
        for line in self.path.read_text(encoding="utf-8").splitlines():
            try:
                scenario, block, counts = json.loads(line)
            except ValueError:
                # The last line of a run that was killed while writing.
                continue
            yield (scenario, block), counts


def _show_progress(done: int, total: int) -> None:
    if sys.stderr.isatty():
        end = "\n" if done == total else ""
        print(f"\r{done} of {total} blocks", end=end, file=sys.stderr, flush=True)
    elif done == total:
        print(f"{total} blocks", file=sys.stderr)


def _add_counts(blocks: Iterable[Counts]) -> Counts:
    total: Counts = {}
    for counts in blocks:
        total = {name: total.get(name, 0) + count for name, count in counts.items()}
    return total
