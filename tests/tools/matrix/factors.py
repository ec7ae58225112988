"""Read factors.yml: what may differ between machines or users, and must not matter."""

from dataclasses import dataclass, field
from pathlib import Path

import yaml

HOME = "<home>"
PLAN = Path(__file__).with_name("factors.yml")


@dataclass(frozen=True, eq=False)
class Factor:
    name: str
    # Environment variables to set; None removes one. HOME stands for a home folder full of a
    # user's settings.
    variables: dict = field(default_factory=dict)
    locale: tuple[str, str] = ()  # language and character set, where a locale has to exist
    folder: str = ""  # name of the folder of the repository
    jobs: int = 0  # how many steps Make runs at once
    umask: int | None = None
    before: tuple[str, ...] = ()  # the program with its arguments that starts Make
    python: str = ""  # the interpreter of a separate environment
    lowest: bool = False  # whether to use the oldest packages that pyproject.toml allows


@dataclass(frozen=True)
class Cell:
    """One run of everything in a different environment."""

    name: str
    factors: tuple[Factor, ...]  # one or more; if the outcome differs, each is tried alone
    exact: bool = True  # whether bytes have to be the same, or else numbers and tables


def read_plan():
    """Return all factors of factors.yml by name, the cells, and the factors of the sample."""
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
