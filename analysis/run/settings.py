"""What a person chose for a run, checked before anything begins."""

from dataclasses import dataclass, field
from pathlib import Path

from analysis import paths
from analysis.errors import UsageError
from analysis.run.parameters import parse_assignments

REFUSED = set(" \t\n'\"$%:;#\\*?[]{}|&<>()`!")


@dataclass(frozen=True)
class Settings:
    """What a person chose for a run.

    Parameters
    ----------
    outputs
        The places below OUT.
    raw
        The export's folder.
    params
        Parameters as texts, by name.
    renderer
        ``auto``, ``quarto`` or ``builtin``.
    """

    outputs: paths.Outputs = field(default_factory=paths.Outputs)
    raw: Path = paths.RAW
    params: dict[str, str] = field(default_factory=dict)
    renderer: str = "auto"


def choose_settings(*, out, raw, params, renderer):
    """Return the settings that a command line asks for.

    Parameters
    ----------
    out, raw : str
        Folders; an empty `raw` is data/raw.
    params : list of str
        As ``name=value``.
    renderer : str

    Raises
    ------
    UsageError
        A name holds what a shell or Make would not leave alone, or what is chosen would write
        over the primary analysis.
    """
    root, export = Path(out).resolve(), Path(raw or paths.RAW).resolve()
    chosen = "RAW" if raw and export != paths.RAW else "PARAMS" if params else ""
    if chosen and root == paths.ROOT:
        raise UsageError(
            f"{chosen} needs OUT, a folder of its own for what comes out",
            hint="Add OUT=scratch/what-if, so that the primary analysis stays as it is",
        )
    for name, texts in (("RAW", [raw]), ("OUT", [out]), ("PARAMS", params)):
        for text in texts:
            if set(text) & REFUSED:
                raise UsageError(f"{name} holds {text!r}", hint="Use letters, digits and - _ . / =")
    return Settings(
        outputs=paths.Outputs(root),
        raw=export,
        params=parse_assignments(params),
        renderer=renderer,
    )
