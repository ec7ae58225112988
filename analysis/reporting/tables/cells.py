"""Labels of rows, and cells that print several results of one score in one place."""

from analysis.reporting.table import cell_of, cells_of
from analysis.results import NOT_ATTAINABLE, NOT_ESTIMABLE

_NAMES = {"haq_di": "HAQ-DI"}
PROPER = {
    "vas": "VAS:",
    "haq": "HAQ",
    "mrss": "mRSS",
    "raynaud": "Raynaud",
    "followup": "follow-up",
}
DIRECTIONS = "Lower / equal / higher"
DIRECTIONS_NOTE = (
    "Improved and worse only where the error of measurement is known: beyond error is a change by "
    "more than 1.96 times the square root of 2 standard errors of measurement."
)
# Stands under every table with a p-value.
P_NOTE = (
    "p tests whether changes are symmetric about zero; it cannot say what caused them. "
    "Each exact p stands beside the smallest that these changes allowed."
)


def label_part(name):
    """Return the name of a variant, component or rule in words: ``VAS: pain``."""
    if name in _NAMES:
        return _NAMES[name]
    words = " ".join(PROPER.get(word, word) for word in name.split("_"))
    return words[0].upper() + words[1:]


def label_outcome(outcome):
    """Return an outcome's label with its unit, and the better direction where it is higher."""
    better = "; higher is better" if outcome.better == "higher" else ""
    return f"{outcome.label}, {outcome.unit}{better}"


def mean_sd(results, score, visit):
    """Return mean (SD) at ``baseline`` or ``followup`` of a score, named by its id."""
    mean, sd = cells_of(results, score, f"{visit}_mean", f"{visit}_sd")
    return (mean,) if mean.text == NOT_ESTIMABLE else (mean, " (", sd, ")")


def with_interval(results, score, estimate):
    """Return an estimate with its interval, ``hl`` or another that has a low and a high."""
    names = (estimate, f"{estimate}_low", f"{estimate}_high")
    return join_interval(*cells_of(results, score, *names))


def join_interval(value, low, high):
    """Return an estimate with its limits as one cell; what there is not is said once."""
    if value.text == NOT_ESTIMABLE:
        return (value,)
    inside = (low,) if low.text in (NOT_ATTAINABLE, NOT_ESTIMABLE) else (low, " to ", high)
    return (value, " (", *inside, ")")


def with_p(results, score, *names):
    """Return cells of p-values; empty where there is no pair, and so nothing to test."""
    if cell_of(results, f"{score}.n_pairs").text == "0":
        return ("",) * len(names)
    return cells_of(results, score, *names)


def in_brackets(value, beside):
    """Return a cell with another one in brackets; "" where there is none."""
    return (value, " (", beside, ")") if value else ""


def print_estimate(results, outcome):
    """Return an outcome's estimate with its interval as plain text, for a figure."""
    cells = with_interval(results, f"efficacy.{outcome.name}", "hl")
    text = "".join(cell if isinstance(cell, str) else cell.text for cell in cells)
    return text.replace(f"({NOT_ATTAINABLE})", "(no interval)")


def print_level(results, outcome):
    """Return the level of an outcome's exact interval as plain text, "" if there is none."""
    level = cell_of(results, f"efficacy.{outcome.name}.hl_level").text
    return "" if level == NOT_ATTAINABLE else level


def directions(results, score):
    """Return how many are lower, equal and higher; improved only against a measurement error."""
    if not (results["result_id"] == f"{score}.n_improved").any():
        names = ("n_decreased", "n_unchanged", "n_increased")
        lower, equal, higher = cells_of(results, score, *names)
        return (lower, " / ", equal, " / ", higher)
    names = ("n_improved", "n_beyond_better", "n_unchanged", "n_worse", "n_beyond_worse")
    improved, better, unchanged, worse, beyond = cells_of(results, score, *names)
    parts = (improved, " improved (", better, " beyond error), ", unchanged, " unchanged, ")
    return (*parts, worse, " worse (", beyond, ")")


def levels_note(results, scores):
    """Return a note with the level of the intervals, for each number of pairs among scores."""
    levels = {}
    for score in scores:
        level, pairs = cells_of(results, score, "hl_level", "n_pairs")
        if level.text != NOT_ATTAINABLE:
            died = results.loc[results["result_id"] == f"{score}.n_deaths", "text"]
            deaths = f" and {died.iloc[0]} with the worst rank" if len(died) else ""
            key = (int(pairs.text), deaths)
            levels.setdefault(key, (level, " with ", pairs, f" pairs{deaths}"))
    parts = []
    for key in sorted(levels, reverse=True):
        parts += ["; " if parts else "", *levels[key]]
    return ("Level of the exact intervals, zeros kept: ", *(parts or [NOT_ATTAINABLE]), ".")
