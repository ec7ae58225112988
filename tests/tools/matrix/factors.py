"""What differs between two machines or two people, and must not matter: factors.yml."""

from dataclasses import dataclass, field
from pathlib import Path

import yaml

HOME = "<home>"
PLAN = Path(__file__).with_name("factors.yml")


@dataclass(frozen=True, eq=False)
class Factor:
    """One thing that is other than in the reference run.

    Parameters
    ----------
    name
        What it is, in words.
    variables
        Environment variables that are set; None takes one away. `HOME` stands for a home
        folder full of a person's own settings.
    locale
        Language and character set, where a locale has to exist.
    folder
        What the folder of the repository is called.
    jobs
        How many steps Make runs at once.
    umask
        Which rights new files do not get.
    before
        The program with its arguments that starts Make.
    python
        The interpreter of an environment of its own.
    lowest
        Whether it gets the oldest packages that pyproject.toml allows.
    """

    name: str
    variables: dict = field(default_factory=dict)
    locale: tuple[str, str] = ()
    folder: str = ""
    jobs: int = 0
    umask: int | None = None
    before: tuple[str, ...] = ()
    python: str = ""
    lowest: bool = False


@dataclass(frozen=True)
class Cell:
    """One run of everything under other surroundings.

    Parameters
    ----------
    name
        A word for it.
    factors
        What is other, one or more; if the outcome differs, each is tried alone.
    exact
        Whether bytes have to be the same, else numbers and tables.
    """

    name: str
    factors: tuple[Factor, ...]
    exact: bool = True


def read_plan():
    """Read factors.yml.

    Returns
    -------
    (dict of str to Factor, tuple of Cell, tuple of Factor)
        All factors by name, the cells, and what a test tries at once.
    """
    plan = yaml.safe_load(PLAN.read_text(encoding="utf-8"))
    factors = {}
    for name, settings in plan["factors"].items():
        tuples = {key: tuple(settings[key]) for key in ("before", "locale") if key in settings}
        factors[name] = Factor(name, **settings | tuples)
    cells = tuple(
        Cell(name, tuple(factors[each] for each in names), exact=name not in plan["inexact"])
        for name, names in plan["cells"].items()
    )
    return factors, cells, tuple(factors[name] for name in plan["sample"])


FACTORS, CELLS, SAMPLE = read_plan()
