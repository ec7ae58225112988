"""Both hands of every participant, drawn finger by finger."""

import math

from analysis.reporting.figure import use_style

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
EDGE = "#555555"
NUMBER_SIZE = 7


def draw_hands(axes, fingers, *, label):
    """Draw the left and the right hand of one participant, backs up, thumbs inside.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
    fingers : dict of str to tuple
        By finger as ``right_2``: (face colour, text inside); a finger not named is white.
    label : str
        Heading of the panel.
    """
    for side, mirror, offset in (("left", -1, 1.3), ("right", 1, 2.5)):
        for finger, shape in SHAPE.items():
            colour, text = fingers.get(f"{side}_{finger}", ("white", ""))
            _draw_finger(axes, shape, mirror, offset, colour, text)
        _draw_palm(axes, mirror, offset)
        axes.text(
            offset + mirror * 0.5, 0.42, side.capitalize(), ha="center", va="center", fontsize=7
        )
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
    from matplotlib.patches import FancyBboxPatch

    left, bottom, width, height = PALM
    x = offset + (left if mirror > 0 else -left - width)
    axes.add_patch(
        FancyBboxPatch(
            (x, bottom),
            width,
            height,
            boxstyle="round,pad=0,rounding_size=0.18",
            facecolor="#F7F7F7",
            edgecolor=EDGE,
            linewidth=0.7,
        )
    )


def _draw_finger(axes, shape, mirror, offset, colour, text):
    from matplotlib.patches import FancyBboxPatch
    from matplotlib.transforms import Affine2D

    x, y, length, angle = shape
    half = FINGER_WIDTH / 2
    turn = Affine2D().rotate_deg(mirror * angle).translate(offset + mirror * (x + half), y)
    axes.add_patch(
        FancyBboxPatch(
            (-half, 0),
            FINGER_WIDTH,
            length,
            boxstyle=f"round,pad=0,rounding_size={half * 0.95}",
            facecolor=colour,
            edgecolor=EDGE,
            linewidth=0.7,
            transform=turn + axes.transData,
        )
    )
    lean = mirror * angle
    axes.text(
        *turn.transform((0, length * 0.62)),
        text,
        ha="center",
        va="center",
        fontsize=NUMBER_SIZE,
        rotation=lean - 90 if lean > 20 else lean + 90,
    )
