"""Every participant's line: all outcomes as small multiples, the primary or any other one large."""

import pandas as pd

from analysis.reporting.figure import COLOURS, Drawing, lay_out_grid, use_style
from analysis.reporting.figures.slopes import (
    STYLES,
    add_legend,
    draw_interval,
    draw_slopes,
    find_interval,
    name_directions,
    shorten_ids,
)
from analysis.reporting.table import label_part, print_estimate, print_level
from analysis.results import find_text
from analysis.statistics.populations import select_pairs
from analysis.study import Outcome, Study

COLUMNS = 3


def draw_paired(pairs: pd.DataFrame, results: pd.DataFrame, study: Study, *, visit: str) -> Drawing:
    """Draw every participant's baseline and follow-up in every registered outcome.

    It takes the `pairs` of one population and `results` as
    `analysis.statistics.efficacy.summarise_efficacy` returns them.
    """
    figure, panels = lay_out_grid(len(study.outcomes), COLUMNS, 2.75)
    visits = _label_visits(study, visit)
    seen = set()
    chosen = [select_pairs(pairs, outcome.name, visit=visit) for outcome in study.outcomes]
    for axes, outcome, rows in zip(panels, study.outcomes, chosen, strict=True):
        axes.set_title(outcome.label, fontsize=8.5, loc="left", weight="bold", pad=17)
        axes.text(0, 1.04, _print_subtitle(results, outcome), transform=axes.transAxes, fontsize=7)
        axes.tick_params(labelsize=7.5)
        seen |= set(name_directions(rows, outcome))
    figure.tight_layout(rect=(0, 0.04, 1, 1), h_pad=1.6, w_pad=1.2)
    for axes, outcome, rows in zip(panels, study.outcomes, chosen, strict=True):
        draw_slopes(axes, rows, outcome, visits)
    add_legend(figure, seen)
    return figure, _describe(results, study, visits)


def draw_primary(pairs, results, study, *, visit):
    """Draw the primary outcome: every participant's line, and the changes with the estimate."""
    plt = use_style()
    outcome = next(outcome for outcome in study.outcomes if outcome.role == "primary")
    chosen = select_pairs(pairs, outcome.name, visit=visit)
    figure, (left, right) = plt.subplots(1, 2, figsize=(7.2, 3.9), width_ratios=(1, 1.25))
    left.set_ylabel(f"{outcome.label} ({outcome.unit})")
    left.set_title("Every pair", loc="left", weight="bold")
    _draw_changes(right, chosen, results, outcome)
    figure.tight_layout(rect=(0, 0.06, 1, 1), w_pad=2.5)
    visits = _label_visits(study, visit)
    draw_slopes(left, chosen, outcome, visits, size=6)
    add_legend(figure, set(name_directions(chosen, outcome)))
    return figure, _describe_primary(results, outcome, visits)


def _draw_changes(axes, pairs, results, outcome):
    ordered = pairs.sort_values(["change", "participant_id"], kind="stable")
    names = shorten_ids(ordered["participant_id"])
    places = range(len(ordered))
    axes.axvline(0, color=COLOURS["unchanged"], lw=0.8)
    directions = name_directions(ordered, outcome)
    for place, change, direction in zip(places, ordered["change"], directions, strict=True):
        style = STYLES[direction]
        axes.plot((0, change), (place, place), color=style["color"], lw=1.3)
        axes.plot(change, place, ms=7, mec="white", mew=0.6, clip_on=False, **style)
    axes.set_yticks([-1.6, *places], ["Estimate", *names])
    axes.set_ylim(len(ordered) - 0.4, -2.4)
    axes.set_xlabel(f"Change from baseline ({outcome.unit})")
    axes.set_title("Changes and their estimate", loc="left", weight="bold")
    draw_interval(axes, find_interval(results, outcome), y=-1.6, size=6)
    level = print_level(results, outcome)
    text = f"{print_estimate(results, outcome)}{f', {level}' if level else ''}"
    place = {"xycoords": ("axes fraction", "data"), "ha": "center"}
    box = {"facecolor": "white", "edgecolor": "none", "pad": 1}
    axes.annotate(text, (0.5, -2.1), fontsize=8, bbox=box, **place)
    axes.margins(x=0.08)


def _label_visits(study, visit):
    return study.visit(study.analysis.baseline_visit.value).label, study.visit(visit).label


def _print_subtitle(results, outcome):
    better = ", higher better" if outcome.better == "higher" else ""
    return f"{outcome.unit}{better}; change {print_estimate(results, outcome)}"


def _count(results, outcome):
    score = f"efficacy.{outcome.name}"
    if find_text(results, f"{score}.n_pairs") == "0":
        return "nobody had both scores"
    names = ("improved", "unchanged", "worse")
    if not outcome.direction:
        names = ("decreased", "unchanged", "increased")
    return ", ".join(f"{find_text(results, f'{score}.n_{name}')} {name}" for name in names)


def _describe_primary(results, outcome, visits):
    pairs = find_text(results, f"efficacy.{outcome.name}.n_pairs")
    if pairs == "0":
        return f"Nobody had {outcome.label} at both visits, so that no line is drawn."
    return (
        f"{outcome.label} of {pairs} {'participant' if pairs == '1' else 'participants'}, a line "
        f"each from {visits[0].lower()} to {visits[1].lower()}, and their changes in order of "
        f"size. {_count(results, outcome)}. Estimated change {print_estimate(results, outcome)}."
    )


def _describe(results, study, visits):
    counts = "; ".join(f"{outcome.label}: {_count(results, outcome)}" for outcome in study.outcomes)
    return (
        f"Small plots, one per registered outcome, with a line per participant from "
        f"{visits[0].lower()} to {visits[1].lower()}. {counts}."
    )


def draw_single(
    pairs: pd.DataFrame,
    outcome: Outcome,
    study: Study,
    *,
    visit: str,
    variant: str = "primary",
    participant: str = "",
) -> Drawing:
    """Draw the pairs of one score from baseline to a visit.

    Parameters
    ----------
    pairs
        Pairs of one score, variant and visit, sorted by participant.
    participant
        Whose line is drawn in front, with a halo.
    """
    plt = use_style()
    visits = _label_visits(study, visit)
    figure, axes = plt.subplots(figsize=(5.6, 3.9))
    name = outcome.label if variant == "primary" else f"{outcome.label}: {label_part(variant)}"
    axes.set_title(name, loc="left", weight="bold")
    axes.set_ylabel(f"{outcome.label} ({outcome.unit})")
    front = pairs[pairs["participant_id"] == participant]
    for first, last in zip(front["baseline"], front["followup"], strict=True):
        axes.plot((0, 1), (first, last), lw=9, color="#F0E442", alpha=0.7, zorder=0)
    figure.tight_layout(rect=(0, 0.08, 1, 1))
    draw_slopes(axes, pairs, outcome, visits, size=6)
    directions = name_directions(pairs, outcome)
    add_legend(figure, set(directions))
    counts = ", ".join(f"{directions.count(each)} {each}" for each in dict.fromkeys(directions))
    alt = (
        f"{name} of {len(pairs)} participants, a line each from {visits[0].lower()} to "
        f"{visits[1].lower()}: {counts or 'nobody has both scores'}."
    )
    return figure, alt
