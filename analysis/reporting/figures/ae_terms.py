"""Adverse events by term: the share of participants with its exact interval."""

from functools import partial

import pandas as pd

from analysis.reporting.figure import COLOURS, MANY, Drawing, use_style
from analysis.results import format_percent
from analysis.safety.counts import count_events, order_by_frequency
from analysis.safety.overview import UNCODED
from analysis.safety.phases import PROCEDURE, PRODUCT, select_emergent

BY = ["class", "coded_term"]
_PALETTE = {PROCEDURE.label: COLOURS["better"], PRODUCT.label: COLOURS["worse"]}
# Distance between the marks of the two periods, rows.
_APART = 0.28


def draw_terms(events: pd.DataFrame, participants: pd.DataFrame, *, confidence: float) -> Drawing:
    """Draw how many participants had each term, in both periods, the most frequent first.

    Parameters
    ----------
    events, participants
        As `analysis.safety.phases.assign_phases` returns and takes them.
    confidence
        Of the Clopper-Pearson intervals.
    """
    import seaborn

    among, _ = select_emergent(events, participants, PROCEDURE)
    count = partial(count_events, by=BY, among=among, confidence=confidence)
    summaries = [
        count(*select_emergent(events, participants, period)).assign(period=period.label)
        for period in (PROCEDURE, PRODUCT)
    ]
    order = order_by_frequency(summaries[0], BY)
    rest = max(len(order) - MANY, 0)
    order = order[:MANY].assign(row=range(len(order) - rest))
    names = [name or UNCODED for name in order["coded_term"]]
    counted = pd.concat(summaries).merge(order[[*BY, "row"]], on=BY)
    counts = counted["participants"].astype("str") + " of " + counted["denominator"].astype("str")
    counted = counted.assign(text=counts)
    size = (6.9, 1.3 + 0.42 * max(len(names), 1))
    figure, axes = use_style().subplots(figsize=size, layout="constrained")
    seaborn.pointplot(
        counted.melt(["row", "period"], ["share_low", "share", "share_high"]),
        x="value",
        y="row",
        hue="period",
        hue_order=list(_PALETTE),
        palette=_PALETTE,
        orient="h",
        # The share is the median of low end, share and high end.
        estimator="median",
        errorbar=("pi", 100),
        markers=["o", "s"],
        markersize=5,
        dodge=_APART,
        linestyle="none",
        err_kws={"linewidth": 1},
        ax=axes,
    )
    for text, row, period in counted[["text", "row", "period"]].itertuples(index=False):
        y = row + _APART * (list(_PALETTE).index(period) - 0.5)
        axes.text(1.02, y, text, va="center", fontsize=7.5, color=_PALETTE[period])
    axes.set_yticks(range(len(names)), names)
    axes.set_ylim(max(len(names), 1) - 0.5, -0.5)
    axes.set_xlim(0, 1)
    axes.set_xticks([0, 0.25, 0.5, 0.75, 1], [format_percent(x / 4) for x in range(5)])
    level = format_percent(confidence)
    axes.set_xlabel(f"Participants with the event, and {level} Clopper-Pearson interval")
    axes.grid(axis="x", color="#EEEEEE")
    axes.tick_params(axis="y", length=0)
    axes.set_ylabel("")
    if names:
        place = {"loc": "lower center", "bbox_to_anchor": (0.45, 1)}
        axes.legend(**place, ncols=2, fontsize=8)
    else:
        axes.text(0.5, 0, "No adverse event", ha="center", va="center")
    first = counted[counted["period"] == PROCEDURE.label]
    listed = "; ".join(
        f"{names[row]} {text}" for row, text in zip(first["row"], first["text"], strict=True)
    )
    more = f" {rest} less frequent terms are too many to show singly." if rest else ""
    figure.text(0.005, 0, more.strip(), va="top", fontsize=7)
    return figure, (
        f"Participants with each adverse event, from the start of anaesthesia on: "
        f"{listed or 'none'}.{more}"
    )
