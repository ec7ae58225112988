"""Maps of both hands: what was injected into every finger, and where ulcers were."""

import math
from typing import TYPE_CHECKING

import pandas as pd

from analysis.describe.exposure import ALL_FINGERS
from analysis.reporting.figure import Drawing, keep_first, use_style
from analysis.safety.tolerability import count_by_finger, find_known
from analysis.study import Visit

if TYPE_CHECKING:
    from matplotlib.axes import Axes


# Fingers 1 (thumb) to 5 of a right hand seen from its back, thumb on the left: place of the
# root and length, in palm widths, and angle from upright in degrees (left is positive).
SHAPE = {
    1: (0.06, 0.18, 0.88, 46),
    2: (0.00, 0.74, 1.06, 7),
    3: (0.25, 0.78, 1.14, 1),
    4: (0.50, 0.76, 1.06, -5),
    5: (0.74, 0.70, 0.86, -14),
}
FINGER_WIDTH = 0.25
PALM = (-0.02, 0.0, 1.02, 0.92)
_EDGE = "#555555"
NUMBER_SIZE = 7
ULCERS = {"gone": "#9CCBE6", "stayed": "#D9D9D9", "came": "#F0A878"}


def draw_hands(axes: "Axes", fingers: dict[str, tuple], *, label: str):
    """Draw the left and the right hand of one participant, backs up, thumbs inside.

    Parameters
    ----------
    fingers
        By finger as ``right_2``: (face colour, text inside); a finger not named is white.
    """
    for side, mirror, offset in (("left", -1, 1.3), ("right", 1, 2.5)):
        for finger, shape in SHAPE.items():
            colour, text = fingers.get(f"{side}_{finger}", ("white", ""))
            _draw_finger(axes, shape, mirror, offset, colour, text)
        _draw_palm(axes, mirror, offset)
        centre = offset + mirror * 0.5
        axes.text(centre, 0.42, side.capitalize(), ha="center", va="center", fontsize=7)
    axes.set(xlim=(-0.1, 3.9), ylim=(-0.05, 2.0), aspect="equal")
    axes.axis("off")
    axes.set_title(label, fontsize=9, pad=1)


def lay_out_panels(n, *, columns=3):
    """Make a figure with a panel of hands for each of n participants, and one for the key.

    Returns
    -------
    figure : matplotlib.figure.Figure
    panels : list of matplotlib.axes.Axes
        n panels; the rest of the grid is blank.
    key : matplotlib.axes.Axes
        The panel after the last one.
    """
    plt = use_style()
    rows = math.ceil((n + 1) / columns)
    figure, grid = plt.subplots(
        rows, columns, figsize=(6.9, 1.5 * rows), squeeze=False, layout="constrained"
    )
    panels = list(grid.flat)
    for blank in panels[n:]:
        blank.axis("off")
    return figure, panels[:n], panels[n]


def _draw_palm(axes, mirror, offset):
    left, bottom, width, height = PALM
    x = offset + (left if mirror > 0 else -left - width)
    _draw_box(axes, (x, bottom), width, height, rounding=0.18, facecolor="#F7F7F7")


def _draw_finger(axes, shape, mirror, offset, colour, text):
    from matplotlib.transforms import Affine2D

    x, y, length, angle = shape
    half = FINGER_WIDTH / 2
    lean = mirror * angle
    turn = Affine2D().rotate_deg(lean).translate(offset + mirror * (x + half), y)
    place = {"rounding": half * 0.95, "transform": turn + axes.transData}
    _draw_box(axes, (-half, 0), FINGER_WIDTH, length, facecolor=colour, **place)
    centre = turn.transform((0, length * 0.62))
    rotation = lean - 90 if lean > 20 else lean + 90
    axes.text(*centre, text, ha="center", va="center", fontsize=NUMBER_SIZE, rotation=rotation)


def _draw_box(axes, corner, width, height, *, rounding, **options):
    from matplotlib.patches import FancyBboxPatch

    style = f"round,pad=0,rounding_size={rounding}"
    box = {"boxstyle": style, "edgecolor": _EDGE, "linewidth": 0.7}
    axes.add_patch(FancyBboxPatch(corner, width, height, **box, **options))


def draw_finger_volumes(exposure: pd.DataFrame) -> Drawing:
    """Draw the volume injected into every finger, a panel per participant.

    It takes `exposure` as `analysis.describe.exposure.derive_exposure` returns it.
    """
    from matplotlib import colormaps

    columns = {finger: f"injected_{finger}_ml" for finger in ALL_FINGERS}
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
    text = f"mL injected per finger\nwhite: not injected\nbacks of the hands\n{note}"
    key.text(0.5, 0.5, text, ha="center", va="center", fontsize=8, transform=key.transAxes)
    return figure, f"{_describe_volumes(shown, columns)} {note}".strip()


def draw_ulcer_maps(
    ulcers: pd.DataFrame,
    visits: pd.DataFrame,
    participants: pd.DataFrame,
    *,
    before: Visit,
    after: Visit,
) -> Drawing:
    """Draw where active digital ulcers were before and after, a panel per participant.

    Parameters
    ----------
    ulcers
        As `analysis.safety.tolerability.list_ulcers` returns it.
    visits, participants
        The tables; every one of the participants gets a panel, with or without ulcers.
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
    sums = []
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
        numbers = (
            str(mine[visit.name].sum()) if here else "not known"
            for visit, here in zip(both, seen, strict=True)
        )
        sums.append(f"{person} {' and '.join(numbers)}")
    labels = {"gone": f"fewer at {after.label}", "stayed": "as many at both"}
    labels["came"] = f"more at {after.label}"
    handles = [
        Patch(facecolor=ULCERS[name], edgecolor=_EDGE, label=label)
        for name, label in labels.items()
    ]
    title = f"Active ulcers,\n{before.label} → {after.label}"
    key.legend(handles=handles, loc="center", fontsize=7.5, title=title, title_fontsize=8)
    return figure, (
        f"Both hands of every participant with the fingers that had active digital ulcers. "
        f"Active ulcers at {before.label} and at {after.label}: "
        f"{'; '.join(sums) or 'nobody'}. {note}"
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
    volumes = "; ".join(parts) or "nobody"
    return f"Both hands of every participant with the volume injected: {volumes}."
