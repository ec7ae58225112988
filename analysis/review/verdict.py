"""A verdict on a run: on one screen, as JSON and as a page."""

import html
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from analysis.run.state import replace_text

MOST = 5
PAGE = Path(__file__).with_name("verdict.html")


@dataclass(frozen=True)
class Level:
    """One level of comparison.

    Parameters
    ----------
    name
        What was compared.
    compared
        The number of things compared.
    differing
        One phrase for each that differs.
    decides
        Whether a difference decides the verdict, or is only reported.
    first
        Whether it is listed before everything else.
    """

    name: str
    compared: int
    differing: tuple[str, ...]
    decides: bool = True
    first: bool = False


@dataclass(frozen=True)
class Verdict:
    """The outcome of a comparison.

    Parameters
    ----------
    levels
        The levels that were compared.
    causes
        Differences in the inputs: raw cells, code, packages, platform.
    notes
        What else a reader needs to know.
    """

    levels: tuple[Level, ...]
    causes: dict[str, tuple[str, ...]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    @property
    def agrees(self) -> bool:
        """Whether no level that decides has a difference."""
        return not any(level.decides and level.differing for level in self.levels)


def format_verdict(verdict: Verdict) -> str:
    """Return the verdict in a sentence or two, naming the levels that differ."""
    deciding = [level for level in verdict.levels if level.decides]
    moved = ", ".join(level.name for level in deciding if level.differing)
    same = ", ".join(level.name for level in deciding if not level.differing)
    if moved:
        return f"DIFFERS from the record: {moved}." + (f" As recorded: {same}." if same else "")
    if any(level.differing for level in verdict.levels):
        return "AGREES: the results are those of record; what differs does not decide."
    return "AGREES: everything is as recorded."


def format_screen(verdict: Verdict) -> str:
    """Return the verdict as text that fits one screen; long lists are cut."""
    lines = []
    changed = {kind: phrases for kind, phrases in verdict.causes.items() if phrases}
    for level in sorted(verdict.levels, key=lambda each: not each.first):
        if "raw data" in changed and not level.first:
            # The altered cells come before the results that they moved.
            lines += ["not as in the record, raw data:", *_cut(changed.pop("raw data"))]
        same = level.compared - len(level.differing)
        aside = "" if level.decides else " (does not decide)"
        lines.append(f"{level.name}: {same} of {level.compared} agree{aside}")
        lines += _cut(level.differing)
    for kind, phrases in changed.items():
        lines += [f"not as in the record, {kind}:", *_cut(phrases)]
    if verdict.causes and not any(verdict.causes.values()):
        lines.append("raw data, code, packages and platform: as in the record")
    return "\n".join([*lines, *verdict.notes, format_verdict(verdict)])


def write_verdict(verdict: Verdict, folder: Path) -> None:
    """Write verdict.json and verdict.html, with every difference in full."""
    content = {
        "agrees": verdict.agrees,
        "levels": [vars(level) for level in verdict.levels],
        "causes": verdict.causes,
        "notes": verdict.notes,
    }
    replace_text(folder / "verdict.json", json.dumps(content, indent=1, ensure_ascii=False) + "\n")
    replace_text(folder / "verdict.html", _format_page(verdict))


def _format_page(verdict: Verdict) -> str:
    rows = "\n".join(
        f"<tr><td>{html.escape(level.name)}</td><td>{level.compared}</td>"
        f"<td>{len(level.differing)}</td><td>{'yes' if level.decides else 'no'}</td></tr>"
        for level in verdict.levels
    )
    # First what decides, then possible causes, then the long lists that do not decide.
    lists = {f"Differs: {each.name}": each.differing for each in verdict.levels if each.decides}
    lists |= {f"Not as in the record, {kind}": each for kind, each in verdict.causes.items()}
    lists["Notes"] = verdict.notes
    lists |= {
        f"Differs without deciding: {each.name}": each.differing
        for each in verdict.levels
        if not each.decides
    }
    return PAGE.read_text(encoding="utf-8").format(
        title=html.escape(format_verdict(verdict)),
        rows=rows,
        lists="\n".join(_format_list(name, each) for name, each in lists.items() if each),
    )


def _format_list(name: str, phrases: Sequence[str]) -> str:
    items = "\n".join(f"<li>{html.escape(phrase)}</li>" for phrase in phrases)
    return f"<h2>{html.escape(name)}</h2>\n<ul>\n{items}\n</ul>"


def _cut(phrases: Sequence[str]) -> list[str]:
    lines = [f"    {phrase}" for phrase in phrases[:MOST]]
    return [*lines, f"    and {len(phrases) - MOST} more"] if len(phrases) > MOST else lines
