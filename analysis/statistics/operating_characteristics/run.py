"""Hand the blocks to the cores, or to a cluster, and gather their counts."""

import contextlib

import pandas as pd

from analysis.errors import MissingError, UsageError
from analysis.statistics.operating_characteristics.simulate import count_block, summarise_counts

BLOCK_TRIALS = 20_000


def run_scenarios(scenarios, *, trials, seed, checkpoint, jobs=-1, report=lambda done, total: None):
    """Simulate every scenario.

    Parameters
    ----------
    scenarios : sequence of Scenario or Family
    trials : int
        Per scenario, a multiple of 20 000 (the fixed size of a block: the numbers do not depend
        on how many workers there are).
    seed : int
    checkpoint : Checkpoint
        Finished blocks; they are not run again.
    jobs : int
        Processes; -1 for all cores. A cluster that `connect_scheduler` joined has its own.
    report : callable
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
    return pd.concat(
        [
            summarise_counts(s, _add_counts(checkpoint.get(s.name, b) for b in blocks), trials)
            for s in scenarios
        ],
        ignore_index=True,
    )


@contextlib.contextmanager
def connect_scheduler(address):
    """Hand what runs inside to the workers of a Dask scheduler.

    Parameters
    ----------
    address : str
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


def _add_counts(blocks):
    total = {}
    for counts in blocks:
        total = {name: total.get(name, 0) + count for name, count in counts.items()}
    return total
