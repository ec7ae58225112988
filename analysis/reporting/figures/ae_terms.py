"""Adverse events by term: the share of participants with its exact interval."""

import pandas as pd

from analysis.reporting.figure import COLOURS, Drawing, use_style
from analysis.results import format_percent
from analysis.safety.counts import count_events, order_by_frequency
from analysis.safety.overview import UNCODED
from analysis.safety.phases import PROCEDURE, PRODUCT, select_emergent

BY = ["class", "coded_term"]
SERIES = (
    (PROCEDURE, "o", COLOURS["better"], -0.14),
    (PRODUCT, "s", COLOURS["worse"], 0.14),
)


def draw_terms(events: pd.DataFrame, participants: pd.DataFrame, *, confidence: float) -> Drawing:
    """Draw how many participants had each term, in both periods, the most frequent first.

    Parameters
    ----------
    events, participants
        As `analysis.safety.phases.assign_phases` returns and takes them.
    confidence
        Of the Clopper-Pearson intervals.
    """
    plt = use_style()
    counted, _ = select_emergent(events, participants, PROCEDURE)
    summaries = [
        count_events(
            *select_emergent(events, participants, period),
            by=BY,
            among=counted,
            confidence=confidence,
        )
        for period, *_ in SERIES
    ]
    order = order_by_frequency(summaries[0], BY)
    names = [_name(record) for record in order.to_dict("records")]
    places = {key: place for place, key in enumerate(order[BY].itertuples(index=False, name=None))}
    height = 1.3 + 0.42 * max(len(names), 1)
    figure, axes = plt.subplots(figsize=(6.9, height), layout="constrained")
    counts = []
    for (period, shape, colour, shift), summary in zip(SERIES, summaries, strict=True):
        axes.plot([], [], shape, color=colour, label=period.label)
        for record in summary.to_dict("records"):
            y = places[record["class"], record["coded_term"]] + shift
            ends = [record["share_low"], record["share_high"]]
            axes.plot(ends, [y, y], color=colour, linewidth=1)
            axes.plot([record["share"]], [y], shape, color=colour, markersize=5)
            count = f"{record['participants']} of {record['denominator']}"
            axes.text(1.02, y, count, va="center", fontsize=7.5, color=colour)
            if period is PROCEDURE:
                counts.append(f"{_name(record)} {count}")
    axes.set_yticks(range(len(names)), names)
    axes.set_ylim(max(len(names), 1) - 0.5, -0.5)
    axes.set_xlim(0, 1)
    axes.set_xticks([0, 0.25, 0.5, 0.75, 1], [format_percent(x / 4) for x in range(5)])
    level = format_percent(confidence)
    axes.set_xlabel(f"Participants with the event, and {level} Clopper-Pearson interval")
    axes.grid(axis="x", color="#EEEEEE")
    axes.set_axisbelow(True)
    axes.tick_params(axis="y", length=0)
    axes.legend(loc="lower center", bbox_to_anchor=(0.45, 1), ncols=2, fontsize=8)
    if not names:
        axes.text(0.5, 0, "No adverse event", ha="center", va="center")
    alt = "; ".join(counts) or "none"
    return figure, f"Participants with each adverse event, from the start of anaesthesia on: {alt}."


def _name(record):
    return record["coded_term"] or UNCODED
