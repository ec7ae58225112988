"""What differs between two machines or two people, and must not matter."""

from dataclasses import dataclass, field

HOME = "<home>"
# Another number and name, though the files stay one's own.
AS_OTHER_USER = ("unshare", "--user", "--map-user=65534", "--map-group=65534")
# Kernels talk over the loopback device, which is there without a network.
ALONE = ("unshare", "--map-root-user", "--net", "sh", "-c", 'ip link set lo up && exec "$@"', "sh")


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


def _zone(name):
    return Factor(f"time zone {name}", {"TZ": name})


def _locale(language, charset):
    name = f"{language}.{charset}"
    variables = {"LC_ALL": name, "LANG": name, "LANGUAGE": language}
    return Factor(f"locale {name}", variables, locale=(language, charset))


def _threads(count):
    names = ("OMP", "OPENBLAS", "MKL", "NUMEXPR", "VECLIB", "BLIS")
    variables = {f"{name}_NUM_THREADS": str(count) for name in names}
    return Factor(f"{count} threads", variables)


def _jobs(count):
    return Factor(f"make -j{count}", jobs=count)


def _seed(value):
    return Factor(f"hash seed {value}", {"PYTHONHASHSEED": value})


PLAIN_LOCALE = Factor(
    "locale C, without Python's own UTF-8",
    {"LC_ALL": "C", "LANG": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
)
SETTINGS = Factor(
    "settings for Python, IPython, Jupyter, Matplotlib and Pandoc at home and in the environment",
    {
        "HOME": HOME,
        "XDG_CONFIG_HOME": f"{HOME}/.config",
        "XDG_DATA_HOME": f"{HOME}/.local/share",
        "IPYTHONDIR": f"{HOME}/.ipython",
        "JUPYTER_CONFIG_DIR": f"{HOME}/.jupyter",
        "JUPYTER_PATH": f"{HOME}/.local/share/jupyter",
        "MPLCONFIGDIR": f"{HOME}/.config/matplotlib",
        "MPLBACKEND": "svg",
        "PATH": f"{HOME}/bin:",
        "PYTHONPATH": f"{HOME}/modules",
        "PYTHONSTARTUP": f"{HOME}/modules/startup.py",
        "PYTHONOPTIMIZE": "2",
        "PYTHONWARNINGS": "ignore",
        "PYPANDOC_PANDOC": f"{HOME}/bin/pandoc",
        "SOURCE_DATE_EPOCH": "1",
    },
)
TERMINAL = Factor(
    "terminal of 20 columns, without colours",
    {"TERM": "dumb", "COLUMNS": "20", "LINES": "5", "NO_COLOR": "1"},
)
HOMELESS = Factor("no HOME", {"HOME": None, "USER": None, "LOGNAME": None})
USER = Factor("another user", before=AS_OTHER_USER)
LATER = Factor("the year 2037", before=("faketime", "2037-12-31 23:59:00"))
OFFLINE = Factor("no network", before=ALONE)
SPACES = Factor("folder with spaces", folder="a folder  with spaces")
HANGUL = Factor("folder in Hangul", folder="임상 시험")
LONG = Factor("folder with 200 letters", folder="long" * 50)
NOBODY_ELSE = Factor("umask 077", umask=0o077)
EVERYBODY = Factor("umask 000", umask=0)
LOWEST = Factor("oldest packages that pyproject.toml allows", lowest=True)

CELLS = (
    Cell(
        "plain",
        (_zone("Pacific/Kiritimati"), PLAIN_LOCALE, _seed("1"), _jobs(1), SPACES, TERMINAL, LATER),
    ),
    Cell(
        "German",
        (_zone("America/St_Johns"), _locale("de_DE", "UTF-8"), _threads(8), _jobs(4), NOBODY_ELSE),
    ),
    Cell(
        "Korean",
        (_zone("Asia/Seoul"), _locale("ko_KR", "CP949"), HANGUL, _seed("4294967295"), OFFLINE),
    ),
    Cell("Turkish", (_zone("Europe/Istanbul"), _locale("tr_TR", "UTF-8"), LONG, SETTINGS)),
    Cell("another user", (USER, HOMELESS, EVERYBODY, _threads(3))),
    Cell("lowest packages", (LOWEST,), exact=False),
)
# What a test tries in one run: as much at once as most machines have.
SAMPLE = (
    _zone("Pacific/Kiritimati"),
    PLAIN_LOCALE,
    _seed("1"),
    _threads(3),
    _jobs(4),
    USER,
    NOBODY_ELSE,
    SETTINGS,
    TERMINAL,
)
