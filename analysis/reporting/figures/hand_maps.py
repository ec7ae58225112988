"""Maps of both hands: what was injected into every finger, and where ulcers were."""

import pandas as pd

from analysis.describe.exposure import FINGERS
from analysis.reporting.figures.crowd import keep_first
from analysis.reporting.figures.hands import EDGE, draw_hands, lay_out_panels
from analysis.safety.ulcers import count_by_finger, find_known

ULCERS = {"gone": "#9CCBE6", "stayed": "#D9D9D9", "came": "#F0A878"}


def draw_finger_volumes(exposure):
    """Draw the volume injected into every finger, a panel per participant.

    Parameters
    ----------
    exposure : pandas.DataFrame
        As `analysis.describe.exposure.derive_exposure` returns it.

    Returns
    -------
    figure : matplotlib.figure.Figure
    alt : str
    """
    from matplotlib import colormaps

    columns = {finger: f"injected_{finger}_ml" for finger in FINGERS}
    largest = exposure[list(columns.values())].max().max()
    shade = colormaps["Blues"]
    people, note = keep_first(exposure["participant_id"])
    shown = exposure[exposure["participant_id"].isin(people)]
    figure, panels, key = lay_out_panels(len(people))
    for axes, row in zip(panels, shown.to_dict("records"), strict=True):
        fingers = {}
        for finger, column in columns.items():
            volume = row[column]
            if pd.notna(volume) and volume > 0:
                fingers[finger] = (shade(0.1 + 0.5 * volume / largest), f"{volume:.2f}")
        draw_hands(axes, fingers, label=row["participant_id"])
    key.text(
        0.5,
        0.5,
        f"mL injected per finger\nwhite: not injected\nbacks of the hands\n{note}",
        ha="center",
        va="center",
        fontsize=8,
        transform=key.transAxes,
    )
    return figure, f"{_describe_volumes(shown, columns)} {note}".strip()


def draw_ulcers(ulcers, visits, participants, *, before, after):
    """Draw where active digital ulcers were before and after, a panel per participant.

    Parameters
    ----------
    ulcers : pandas.DataFrame
        As `analysis.safety.ulcers.list_ulcers` returns it.
    visits, participants : pandas.DataFrame
        The tables; every one of the participants gets a panel, with or without ulcers.
    before, after : analysis.study.Visit

    Returns
    -------
    figure : matplotlib.figure.Figure
    alt : str
    """
    from matplotlib.patches import Patch

    both = (before, after)
    counts = count_by_finger(ulcers, at=[visit.name for visit in both])
    known = {
        visit.name: find_known(
            ulcers[ulcers["visit"] == visit.name], visits, participants, visit.name
        )
        for visit in both
    }
    people, note = keep_first(participants["participant_id"])
    figure, panels, key = lay_out_panels(len(people))
    told = []
    for axes, person in zip(panels, people, strict=True):
        mine = counts[counts["participant_id"].eq(person) & counts["finger"].ne("")]
        seen = [person in known[visit.name] for visit in both]
        fingers = {}
        for row in mine.to_dict("records"):
            numbers = [
                row[visit.name] if here else "?" for visit, here in zip(both, seen, strict=True)
            ]
            colour = _colour_ulcers(*numbers) if all(seen) else "white"
            fingers[row["finger"]] = (colour, "→".join(map(str, numbers)))
        not_seen = [visit.label for visit, here in zip(both, seen, strict=True) if not here]
        doubt = f" (not known at {' and '.join(not_seen)})" if not_seen else ""
        draw_hands(axes, fingers, label=f"{person}{doubt}")
        sums = (
            str(mine[visit.name].sum()) if here else "not known"
            for visit, here in zip(both, seen, strict=True)
        )
        told.append(f"{person} {' and '.join(sums)}")
    handles = [
        Patch(facecolor=colour, edgecolor=EDGE, label=label)
        for colour, label in (
            (ULCERS["gone"], f"fewer at {after.label}"),
            (ULCERS["stayed"], "as many at both"),
            (ULCERS["came"], f"more at {after.label}"),
        )
    ]
    key.legend(
        handles=handles,
        loc="center",
        fontsize=7.5,
        title=f"Active ulcers,\n{before.label} → {after.label}",
        title_fontsize=8,
    )
    return figure, (
        f"Both hands of every participant with the fingers that had active digital ulcers. "
        f"Active ulcers at {before.label} and at {after.label}: "
        f"{'; '.join(told) or 'nobody'}. {note}"
    ).strip()


def _colour_ulcers(before, after):
    if after == before:
        return ULCERS["stayed"]
    return ULCERS["came"] if after > before else ULCERS["gone"]


def _describe_volumes(exposure, columns):
    parts = []
    for row in exposure.to_dict("records"):
        volumes = [row[c] for c in columns.values() if pd.notna(row[c]) and row[c] > 0]
        if volumes:
            parts.append(
                f"{row['participant_id']} {len(volumes)} finger{'s' * (len(volumes) > 1)}, "
                f"{min(volumes):.2f} to {max(volumes):.2f} mL each"
            )
        else:
            parts.append(f"{row['participant_id']} not injected")
    told = "; ".join(parts) or "nobody"
    return f"Both hands of every participant with the volume injected: {told}."
