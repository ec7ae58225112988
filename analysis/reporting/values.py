"""What the report may print: results, constants of the plan, chosen sentences, each by its key."""

import dataclasses
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from analysis.plan import Setting
from analysis.results import MINUS, PERCENT
from analysis.study import Study
from analysis.tables import make_readable

# Labels keep their capital within a sentence where they begin with a person's or a city's name.
PROPER_NAMES = ("Raynaud", "Kapandji", "Cochin")
_APOSTROPHE = re.compile(r"(?<=\w)'")
# A no-break space keeps a number and its sign together, so it is not one of these.
_BREAKING_SPACES = re.compile(r"[^\S\N{NO-BREAK SPACE}]+")
_PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")


@dataclass(frozen=True)
class Value:
    """A printed text with its key.

    Parameters
    ----------
    text
        What is printed; for a sentence, Markdown that may itself name keys.
    key
        As in the report's sources: ``efficacy.hand_mrss.hl``, ``study.analysis.alpha``.
    kind
        ``result`` (a row of results.csv), ``constant`` (study.yml, software) or ``sentence``.
    """

    text: str
    key: str
    kind: str

    @property
    def markdown(self) -> str:
        """The text as escaped Markdown, in a span that names its key; a sentence is unchanged."""
        if self.kind == "sentence":
            return self.text
        attribute = "data-result" if self.kind == "result" else "data-key"
        return f'[{escape_markdown(self.text)}]{{.{self.kind} {attribute}="{self.key}"}}'


def escape_markdown(text: object) -> str:
    """Return a text as one line of Markdown that prints it, with typographic apostrophes."""
    line = make_readable(_BREAKING_SPACES.sub(" ", str(text)).strip())
    return _PUNCTUATION.sub(r"\\\1", set_apostrophes(line))


def set_apostrophes(text: str) -> str:
    """Return a text with typographic apostrophes, as in the prose around it.

    Examples
    --------
    >>> set_apostrophes("Raynaud's condition score, the analysts' choice")
    'Raynaud’s condition score, the analysts’ choice'
    """
    return _APOSTROPHE.sub("\N{RIGHT SINGLE QUOTATION MARK}", text)


def print_constant(value: object) -> str:
    """Return a constant of the plan as text: a true minus sign, "not stated" where it is empty."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return f"{value:g}".replace("-", MINUS)
    if isinstance(value, tuple | list):
        return ", ".join(print_constant(item) for item in value) or "not stated"
    return str(value) if value not in (None, "") else "not stated"


def result_values(results: pd.DataFrame) -> dict[str, Value]:
    """Return the text of every result by its id."""
    texts = zip(results["result_id"], results["text"], strict=True)
    return {key: Value(text, key, "result") for key, text in texts}


def study_values(study: Study) -> dict[str, Value]:
    """Return every constant of study.yml, ``study.<section>.<name>``; records go by their names.

    The fields of the section that is itself called ``study`` come directly under the prefix.
    """
    texts = dict(_flatten(study, "study"))
    texts["study.confidence_percent"] = f"{100 * study.analysis.confidence.value:g}{PERCENT}"
    # The share of changes by noise alone within the limits of `BEYOND_ERROR`, at any confidence.
    texts["study.noise_percent"] = f"95{PERCENT}"
    texts["study.registered_outcomes"] = f"{len(study.outcomes)}"
    for outcome in study.outcomes:
        texts[f"study.outcomes.{outcome.name}.phrase"] = phrase_label(outcome.label)
        texts[f"study.outcomes.{outcome.name}.span"] = " to ".join(
            map(print_constant, outcome.range)
        )
    for name in ("visits", "populations", "intercurrent_events"):
        for record in getattr(study, name):
            texts[f"study.{name}.{record.name}.phrase"] = phrase_label(record.label)
    return {
        key: Value(text, key, "constant")
        for key, text in ((key.replace("study.study.", "study."), texts[key]) for key in texts)
    }


def phrase_label(label: str) -> str:
    """Return a label as it is written within a sentence.

    Examples
    --------
    >>> phrase_label("Hand pain (VAS)"), phrase_label("Raynaud's condition score")
    ('hand pain (VAS)', "Raynaud's condition score")
    """
    return label if label.startswith(PROPER_NAMES) else label[:1].lower() + label[1:]


def constant_values(texts: Mapping[str, str], prefix: str) -> dict[str, Value]:
    """Return texts (software versions, facts of this document) as constants under a prefix."""
    keys = {f"{prefix}.{name}": text for name, text in texts.items()}
    return {key: Value(text, key, "constant") for key, text in keys.items()}


def write_variables(texts: Mapping[str, str], path: Path) -> None:
    """Write texts by key as Quarto's _variables.yml (nested, since dotted keys do not resolve)."""
    tree: dict[str, Any] = {}
    for key, text in sorted(texts.items()):
        *branches, leaf = key.split(".")
        node = tree
        for branch in branches:
            node = node.setdefault(branch, {})
        node[leaf] = text
    text = yaml.safe_dump(tree, allow_unicode=True, sort_keys=True, width=10_000)
    path.write_text(text, encoding="utf-8")


def _flatten(record: Any, key: str) -> Iterator[tuple[str, str]]:
    if isinstance(record, Setting):
        yield key, print_constant(record.value)
    elif dataclasses.is_dataclass(record):
        for field in dataclasses.fields(record):
            yield from _flatten(getattr(record, field.name), f"{key}.{field.name}")
    elif isinstance(record, tuple) and record and dataclasses.is_dataclass(record[0]):
        for item in record:
            name = re.sub(r"\W+", "_", item.name)
            yield from _flatten(item, f"{key}.{name}")
    elif isinstance(record, dict):
        for name, item in record.items():
            yield from _flatten(item, f"{key}.{name}")
    else:
        yield key, print_constant(record)
