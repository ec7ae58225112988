"""Maps of both hands: what was injected into every finger, and where ulcers were."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from analysis.describe.exposure import ALL_FINGERS
from analysis.reporting.figure import MANY, Drawing, lay_out_grid, note_many
from analysis.safety.tolerability import count_by_finger, find_known
from analysis.study import Visit

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Fingers 1 (thumb) to 5 of a right hand seen from its back, thumb on the left: position of the
# base and length, in palm widths, and angle from upright in degrees (left is positive).
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
# Colour and text of fingers, by name as ``right_2``.
Fingers = Mapping[str, tuple[Any, str]]
ULCERS = {"gone": "#9CCBE6", "stayed": "#D9D9D9", "came": "#F0A878", "unknown": "white"}


_SUMMARY = ": one pair of hands stands for all"


def draw_finger_volumes(exposure: pd.DataFrame) -> Drawing:
    """Draw the volume injected into every finger, a panel per participant.

    It takes `exposure` as `analysis.describe.exposure.derive_exposure` returns it. If there are
    too many participants, it draws the median of the injected volumes.
    """
    from matplotlib import colormaps

    columns = [f"injected_{finger}_ml" for finger in ALL_FINGERS]
    volumes = exposure.set_index("participant_id")[columns].set_axis(ALL_FINGERS, axis=1)
    volumes = volumes.astype("float64").where(volumes > 0)
    if len(volumes) > MANY:
        volumes = volumes.median().to_frame("Median").T
    shades = volumes.div(volumes.max().max()).mul(0.5).add(0.1)
    panels, parts = [], []
    for (person, row), (_, shade) in zip(volumes.iterrows(), shades.iterrows(), strict=True):
        row = row.dropna()
        texts = {str(f): (colormaps["Blues"](shade[str(f)]), f"{v:.2f}") for f, v in row.items()}
        panels.append((str(person), texts))
        span = f"{row.min():.2f} to {row.max():.2f} mL each"
        fingers = f"{len(row)} finger{'s' * (len(row) > 1)}, {span}"
        parts.append(f"{person} {fingers if len(row) else 'not injected'}")
    figure, key = _draw_panels(panels)
    white = "white: not injected\n" if volumes.isna().any(axis=None) else ""
    text = f"mL injected per finger\n{white}backs of the hands"
    key.text(0.5, 0.5, text, ha="center", va="center", fontsize=8, transform=key.transAxes)
    return figure, (
        "Both hands of every participant with the volume injected: "
        f"{'; '.join(parts) or 'nobody'}.{note_many(figure, len(exposure), _SUMMARY)}"
    )


def draw_ulcer_maps(
    ulcers: pd.DataFrame,
    visits: pd.DataFrame,
    participants: pd.DataFrame,
    *,
    before: Visit,
    after: Visit,
) -> Drawing:
    """Draw where active digital ulcers were before and after, a panel per participant.

    If there are too many participants, it draws the sums over those who are known at both visits.

    Parameters
    ----------
    ulcers
        As `analysis.safety.tolerability.list_ulcers` returns it.
    visits, participants
        The tables; every participant gets a panel, with or without ulcers.
    """
    from matplotlib.patches import Patch

    names = [before.name, after.name]
    counts = count_by_finger(ulcers, at=names)
    counts = counts[counts["finger"].ne("")]
    known = {
        name: find_known(ulcers[ulcers["visit"] == name], visits, participants, name)
        for name in names
    }
    people = participants["participant_id"].tolist()
    if len(people) > MANY:
        here = set(known[before.name]) & set(known[after.name])
        counts = counts[counts["participant_id"].isin(here)].groupby("finger")[names].sum()
        people = [f"{len(here)} known at both visits"]
        counts = counts.reset_index().assign(participant_id=people[0])
        known = dict.fromkeys(names, people)
    panels, sums = [], []
    for person in people:
        mine = counts[counts["participant_id"] == person].set_index("finger")[names].astype("Int64")
        unseen = [visit for visit in (before, after) if person not in known[visit.name]]
        mine[[visit.name for visit in unseen]] = pd.NA
        doubt = f" (not known at {' and '.join(visit.label for visit in unseen)})"
        panels.append((f"{person}{doubt if unseen else ''}", _mark_ulcers(mine)))
        total = mine.sum(skipna=False).astype("object")
        total[[visit.name for visit in unseen]] = "not known"
        sums.append(f"{person} {' and '.join(map(str, total))}")
    figure, key = _draw_panels(panels)
    fewer, more = f"fewer at {after.label}", f"more at {after.label}"
    labels = (fewer, "as many at both", more, "?: number not known")
    seen = {colour for _, fingers in panels for colour, _ in fingers.values()}
    handles = [
        Patch(facecolor=colour, edgecolor=_EDGE, label=label)
        for colour, label in zip(ULCERS.values(), labels, strict=True)
        if colour in seen
    ]
    title = f"Active ulcers,\n{before.label} → {after.label};\nwhite: none on record"
    key.legend(handles=handles, loc="center", fontsize=7.5, title=title, title_fontsize=8)
    return figure, (
        f"Both hands of every participant with the fingers that had active digital ulcers. "
        f"Active ulcers at {before.label} and at {after.label}: {'; '.join(sums) or 'nobody'}."
        f"{note_many(figure, len(participants), _SUMMARY)}"
    )


def _mark_ulcers(counts: pd.DataFrame) -> Fingers:
    """Return colour and text for the ulcers of each finger; a missing count is not known."""
    marks = {}
    for finger, before, after in counts.itertuples(name=None):
        kind = "stayed" if pd.notna(before) and pd.notna(after) else "unknown"
        if kind == "stayed" and before != after:
            kind = "came" if after > before else "gone"
        texts = ("?" if pd.isna(number) else str(number) for number in (before, after))
        marks[finger] = (ULCERS[kind], "→".join(texts))
    return marks


def _draw_panels(panels: Sequence[tuple[str, Fingers]]) -> tuple["Figure", "Axes"]:
    """Draw a panel of hands for each label and its fingers; return also the next, empty panel."""
    figure, grid = lay_out_grid(len(panels) + 1, 3, 1.5, layout="constrained")
    for axes in grid:
        axes.axis("off")
    for axes, (label, fingers) in zip(grid, panels, strict=False):
        _draw_hands(axes, fingers)
        axes.set_title(label, fontsize=9, pad=1)
    return figure, grid[-1]


def _draw_hands(axes: "Axes", fingers: Fingers) -> None:
    """Draw both hands, backs up, thumbs inside; fingers that are not in `fingers` are white."""
    from matplotlib.transforms import Affine2D

    half = FINGER_WIDTH / 2
    centred: dict[str, Any] = {"ha": "center", "va": "center", "fontsize": NUMBER_SIZE}
    for side, mirror, offset in (("left", -1, 1.3), ("right", 1, 2.5)):
        for finger, (across, up, length, angle) in SHAPE.items():
            colour, text = fingers.get(f"{side}_{finger}", ("white", ""))
            lean = mirror * angle
            turn = Affine2D().rotate_deg(lean).translate(offset + mirror * (across + half), up)
            place, rounding = turn + axes.transData, half * 0.95
            look = {"facecolor": colour, "transform": place}
            _draw_box(axes, (-half, 0), FINGER_WIDTH, length, rounding=rounding, **look)
            rotation = lean - 90 if lean > 20 else lean + 90
            x, y = turn.transform((0, length * 0.62))
            axes.text(x, y, text, rotation=rotation, **centred)
        left, bottom, width, height = PALM
        corner = (offset + (left if mirror > 0 else -left - width), bottom)
        _draw_box(axes, corner, width, height, rounding=0.18, facecolor="#F7F7F7")
        axes.text(offset + mirror * 0.5, 0.42, side.capitalize(), **centred)
    axes.set(xlim=(-0.1, 3.9), ylim=(-0.05, 2.0), aspect="equal")


def _draw_box(
    axes: "Axes",
    corner: tuple[float, float],
    width: float,
    height: float,
    *,
    rounding: float,
    **options: Any,
) -> None:
    from matplotlib.patches import FancyBboxPatch

    style = f"round,pad=0,rounding_size={rounding}"
    look: dict[str, Any] = {"edgecolor": _EDGE, "linewidth": 0.7} | options
    axes.add_patch(FancyBboxPatch(corner, width, height, boxstyle=style, **look))
