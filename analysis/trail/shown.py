"""What a notebook shows of a view: its code, tables with every word, pictures with words."""

import io
from base64 import b64encode
from html import escape

from pandas import RangeIndex
from pandas.io.formats.style import Styler

from analysis.tables import guard_cell

# Of a course, so long that it is opened when it is wanted.
CLOSED = ("items",)
DOTS = 110
BOX = "border-left: 3px solid #888; padding: 0.2em 0.9em; font-family: monospace"
LEFT = "text-align: left"
SHORT = f"{LEFT}; white-space: nowrap"
CELLS = [
    {"selector": "th", "props": LEFT},
    {"selector": "th, td", "props": "vertical-align: top"},
]
LONG = 40


def write_sheet(frame):
    """Return a frame as an HTML table: no text cut off, no empty column, text on the left."""
    frame = frame.loc[:, ((frame != "") & frame.notna()).any()]
    texts = frame.select_dtypes(exclude="number").astype("str")
    styles = {
        name: [{"selector": "", "props": SHORT if texts[name].str.len().max() < LONG else LEFT}]
        for name in texts.columns
    }
    sheet = Styler(frame, cell_ids=False).set_table_attributes('class="dataframe"')
    sheet = sheet.format("{:.6g}", na_rep="", subset=frame.columns.difference(texts.columns))
    sheet = sheet.format(escape="html", na_rep="", subset=texts.columns)
    sheet = sheet.format_index(escape="html")
    sheet = sheet.set_table_styles(CELLS).set_table_styles(styles, overwrite=False)
    if isinstance(frame.index, RangeIndex):
        sheet = sheet.hide(axis="index")
    return sheet.to_html()


class Code:
    """Code to be copied; a notebook shows it as it is, set off by a line on its left."""

    def __init__(self, text):
        self._text = text

    def __repr__(self):
        return self._text

    def _repr_html_(self):
        return f'<pre style="{BOX}"><code>{escape(self._text)}</code></pre>'


class Sheet:
    """A frame; a notebook shows it as `write_sheet` writes it."""

    def __init__(self, frame):
        self._frame = frame

    def __repr__(self):
        return repr(self._frame)

    def _repr_html_(self):
        return write_sheet(self._frame) if len(self._frame) else "<p>None.</p>"


class Picture:
    """A figure; a notebook shows it with its alternative text below."""

    def __init__(self, figure, alt):
        with io.BytesIO() as file:
            figure.savefig(file, format="png", dpi=DOTS)
            self._data = b64encode(file.getvalue()).decode()
        self._alt = alt

    def __repr__(self):
        return self._alt

    def _repr_html_(self):
        alt = escape(self._alt)
        return (
            f'<img src="data:image/png;base64,{self._data}" alt="{alt}" style="background: #fff">'
            f"<p>{alt}</p>"
        )


class Course(dict):
    """Frames by the name of their table; a notebook shows them one below the other."""

    def _repr_html_(self):
        return "".join(
            f"<details{'' if name in CLOSED else ' open'}>"
            f"<summary>{escape(name.replace('_', ' ').capitalize())} ({len(frame)})</summary>"
            f"{write_sheet(frame)}</details>"
            for name, frame in self.items()
        )


def save_sheets(shown, folder, name):
    """Save a frame as a CSV file of that name, a course as a folder of them; return which."""
    if isinstance(shown, Course):
        for part, frame in shown.items():
            save_sheets(frame, folder / name, part)
        return folder / name
    folder.mkdir(parents=True, exist_ok=True)
    frame = shown if isinstance(shown.index, RangeIndex) else shown.reset_index()
    inert = frame.map(lambda cell: guard_cell(cell) if isinstance(cell, str) else cell)
    inert.to_csv(folder / f"{name}.csv", index=False, encoding="utf-8", lineterminator="\n")
    return folder / f"{name}.csv"
