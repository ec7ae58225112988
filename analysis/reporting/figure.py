"""One style for all figures, each of which is saved once for all documents."""

import io
import logging
import math
import os
import unicodedata
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analysis.errors import MissingError
from analysis.provenance import Provenance

if TYPE_CHECKING:
    from IPython.display import Image
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.transforms import Bbox


# A figure and its alternative text.
Drawing = tuple["Figure", str]
STYLE: dict[Any, Any] = {
    "figure.dpi": 100,
    "font.family": ["DejaVu Sans", "NanumGothic"],
    "axes.labelsize": 9,
    "axes.titlesize": 10,
    # A fixed place: finding one above the ticks would lay out every label once more.
    "axes.titley": 1.0,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "font.size": 9,
    "legend.frameon": False,
    "lines.solid_capstyle": "butt",
    "xtick.major.size": 3.5,
    "ytick.major.size": 3.5,
    "svg.fonttype": "path",
    "svg.hashsalt": "svf-hand-trial",
    # A dollar sign in text from the data does not start a formula.
    "text.parse_math": False,
}
# From seaborn's palette "colorblind", and greys; markers differ as well.
COLOURS = {
    "better": "#0173b2",
    "worse": "#d55e00",
    "unchanged": "#555555",
    "accent": "#029e73",
    "contrast": "#cc78bc",
    "grey": "#BBBBBB",
}
# Above this number, participants or other rows are summarised.
MANY = 60
# Limits of a text in a figure: characters per line and per axis label, and lines.
LINE_LENGTH, NAME_LENGTH, _LINES = 80, 40, 12
_FOLDER = "figures"
# Margin around the drawing, inches.
MARGIN = 0.1
# Dots per inch of the files for Word, and the factor by which notebooks show them smaller.
RESOLUTION, SCREEN_SHARE = 300, 3


def lay_out_grid(count: int, columns: int, height: float, **options: Any) -> tuple:
    """Make a figure as wide as the page; `height` is the height of a row of panels in inches.

    Parameters
    ----------
    options
        Passed to ``pyplot.subplots``.

    Returns
    -------
    figure
        A matplotlib figure.
    panels
        A list of `count` axes; unused places in the last row are hidden.
    """
    rows = math.ceil(count / columns)
    size = (7.2, height * rows)
    figure, grid = use_style().subplots(rows, columns, figsize=size, squeeze=False, **options)
    panels = list(grid.flat)
    for axes in panels[count:]:
        axes.set_visible(False)
    return figure, panels[:count]


def find_hangul_fonts() -> Path:
    """Return the folder of the shipped fonts with Hangul, without importing their package."""
    package = find_spec("koreanize_matplotlib")
    if package is None or package.origin is None:
        raise MissingError("there are no fonts with Hangul", hint="Run `make setup`")
    return Path(package.origin).with_name("fonts")


def use_style() -> Any:
    """Load seaborn and matplotlib in one theme with shipped fonts only, and return pyplot."""
    import matplotlib
    import seaborn

    # Inside a notebook the inline backend shows figures; elsewhere nothing opens a window.
    if "inline" not in matplotlib.get_backend():
        matplotlib.use("agg")
    from matplotlib import font_manager
    from matplotlib import pyplot as plt

    for name in ("NanumGothic.ttf", "NanumGothicBold.ttf"):
        font_manager.fontManager.addfont(find_hangul_fonts() / name)
    # The font's bold has weight 600, not 700; that is not worth a message in every notebook.
    logging.getLogger("matplotlib.font_manager").setLevel(logging.ERROR)
    seaborn.set_theme("paper", "ticks", "colorblind", rc=STYLE)
    return plt


def save_figure(
    figure: "Figure", name: str, outputs: Path, *, alt: str, provenance: Provenance
) -> "Image":
    """Save a figure as SVG (web, PDF) and 300 dpi PNG (Word), with its alternative text.

    Parameters
    ----------
    name
        snake_case; documents include the figure by this name.
    outputs
        The notebook's output folder; the files go to its ``figures/``.
    alt
        One or two sentences, made from results, on what the figure shows.
    provenance
        Simulated data are marked as such in the figure and in `alt`.

    Returns
    -------
    IPython.display.Image
        The saved figure at screen size, for the cell to show; drawing it again would take longer.
    """
    from matplotlib import pyplot as plt

    folder = Path(outputs) / _FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    alt = mark_figure(figure, alt, provenance)
    box = _settle_layout(figure)
    description = {"Title": name, "Description": alt}
    for suffix, options in (
        (".svg", {"metadata": {**description, "Date": None, "Creator": None}}),
        (".png", {"metadata": {**description, "Software": None}, "dpi": RESOLUTION}),
    ):
        partial = folder / f"{name}{suffix}.partial"
        figure.savefig(partial, format=suffix[1:], bbox_inches=box, **options)
        os.replace(partial, folder / f"{name}{suffix}")
    (folder / f"{name}.txt").write_text(alt + "\n", encoding="utf-8")
    # A figure left open would be shown a second time, below the cell.
    plt.close(figure)
    return _show_small(folder / f"{name}.png", alt)


def _show_small(path: Path, alt: str) -> "Image":
    from IPython.display import Image
    from PIL import Image as pillow

    with pillow.open(path) as picture, io.BytesIO() as small:
        picture.convert("RGB").reduce(SCREEN_SHARE).save(small, "PNG")
        return Image(small.getvalue(), alt=alt)


def mark_figure(figure: "Figure", alt: str, provenance: Provenance) -> str:
    """Make all texts of a figure printable, and mark it once as SIMULATED if the data are.

    Returns
    -------
    str
        The alternative text, printable as well.
    """
    make_figure_printable(figure)
    alt, mark = make_printable(alt, len(alt)), provenance.mark
    if not mark or mark in (text.get_text() for text in figure.texts):
        return alt
    # Below the canvas, where nothing is drawn.
    figure.text(0.995, 0, mark, ha="right", va="top", fontsize=8, color="#8A1C1C", weight="bold")
    return f"{mark} data. {alt}"


def make_printable(text: str, most: int = LINE_LENGTH) -> str:
    """Return a printable text of at most `most` characters a line and 12 lines; listings have all.

    Examples
    --------
    >>> make_printable("Fin\\x00ger of somebody", 10)
    'Fin�ger o…'
    """
    lines = []
    for line in str(text).split("\n")[:_LINES]:
        line = line if len(line) <= most else f"{line[: most - 1]}…"
        kinds = map(unicodedata.category, line)
        signs = zip(line, kinds, strict=True)
        lines.append("".join("�" if k[0] == "C" or k in ("Zl", "Zp") else c for c, k in signs))
    return "\n".join(lines)


def make_figure_printable(figure: "Figure") -> None:
    """Make every text of a figure printable, including its tick labels."""
    from matplotlib.text import Text

    for axis in (axis for axes in figure.axes for axis in (axes.xaxis, axes.yaxis)):
        names = [label.get_text() for label in axis.get_ticklabels()]
        shown = [make_printable(name, NAME_LENGTH) for name in names]
        if shown != names:
            axis.set_ticks(axis.get_ticklocs(), shown)
    for text in figure.findobj(Text):
        plain = make_printable(text.get_text())
        if plain != text.get_text():
            text.set_text(plain)


def _settle_layout(figure: "Figure") -> "Bbox":
    """Fix the positions of the axes to a millionth of the figure, and return the drawn area.

    The solver of a constrained layout orders its terms by memory address, so the last bits
    differ between runs, and with them names inside the SVG file. Both files are cropped to the
    same area, in inches: "tight" would draw the figure once more for each.
    """
    figure.draw_without_rendering()
    if figure.get_layout_engine() is not None:
        # None, not "none": its placeholder would make saving lay out the figure again.
        figure.set_layout_engine(None)
        for axes in figure.axes:
            if axes.get_axes_locator() is None:
                left, bottom, width, height = axes.get_position().bounds
                axes.set_position(
                    (round(left, 6), round(bottom, 6), round(width, 6), round(height, 6))
                )
    return figure.get_tightbbox().padded(MARGIN)


def note_many(
    figure: "Figure", n: int, summary: str = ": boxes are quartiles, lines ranges"
) -> str:
    """Note below a figure that there are too many participants to show, and what summarises them.

    Returns
    -------
    str
        The same for the alternative text; "" where all are shown.
    """
    if n <= MANY:
        return ""
    note = f"{n} participants are too many to show singly"
    figure.text(0.005, 0, f"{note}{summary}", va="top", fontsize=7)
    return f" {note}{summary}."


def add_key(figure: "Figure", marks: Mapping[str, Mapping[str, Any]]) -> None:
    """Add a key below a figure, which names the marks that occur in it, and no others.

    Parameters
    ----------
    marks
        The look of each mark by its name, as keywords of ``Line2D``.
    """
    from matplotlib.lines import Line2D

    handles = [Line2D([], [], label=name, **look) for name, look in marks.items()]
    if handles:
        columns = len(handles)
        figure.legend(handles=handles, loc="outside lower center", ncols=columns, fontsize=8)


def draw_boxes(axes: "Axes", values: Mapping[Any, Any], *, across: bool = False) -> None:
    """Draw the quartiles and the range of the values at each place, in place of the values.

    Matplotlib draws them: seaborn's box plot calls it in a way that is deprecated.
    """
    there = {place: list(each) for place, each in values.items() if len(each)}
    axes.boxplot(
        list(there.values()),
        positions=list(there),
        orientation="horizontal" if across else "vertical",
        widths=0.4,
        whis=(0, 100),
        manage_ticks=False,
        patch_artist=True,
        boxprops={"facecolor": "#DCE9F2"},
        medianprops={"color": "black"},
    )
