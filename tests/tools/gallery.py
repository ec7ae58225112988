"""The pictures of report/preview, each with a hash of its results, so that none goes stale."""

import contextlib
import fnmatch
import hashlib
import io
import json
import os
import re
import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

from browser import Browser
from bs4 import BeautifulSoup
from PIL import Image, ImageOps

from analysis import paths
from analysis.cleaning.check_data import CHECK_FOLDER, run_check_data
from analysis.review.digests import digest_table
from analysis.tables import read_table

FOLDER = paths.ROOT / "report" / "preview"
WIDTH, COLOURS = 1200, 96
HEADER = """# Pictures of a run

All data are simulated. `make pictures` takes these pictures of the last run. A test compares what
each of them shows with the reference results, so that no picture stays when the results have moved.
"""
POINT = """
const number = document.querySelector('.abstract a[href$="#efficacy.hand_mrss.hl"]');
number.scrollIntoView({block: "center"});
number.focus();
"""
SCROLL = "document.getElementById('The-picture').scrollIntoView(); scrollBy(0, -16);"


class Picture(NamedTuple):
    """A picture, its source, and the results that it shows.

    `text` is its alternative text, unless the figure already has one. `shows` are patterns of
    result_id, or the name of a table; by default, the results that the abstract cites. `size` is
    that of the browser's window, in which `script` prepares the page.
    """

    title: str
    text: str = ""
    shows: tuple[str, ...] = ()
    size: tuple[int, int] = (0, 0)
    script: str = ""


PICTURES = {
    "primary": Picture("The primary outcome", shows=("efficacy.hand_mrss.*",)),
    "trail": Picture(
        "A number, and where it comes from",
        "The abstract in a browser. A note at the estimate of the change in hand mRSS gives its"
        " result_id, efficacy.hand_mrss.hl, its method, and the notebook that computed it.",
        size=(1100, 640),
        script=POINT,
    ),
    "forest": Picture(
        "All registered outcomes", shows=("efficacy.*.hl", "efficacy.*.hl_*", "efficacy.*.n_pairs")
    ),
    "article": Picture(
        "The article",
        "The first page of the PDF: a title that says that the data are simulated, the abstract,"
        " the introduction.",
    ),
    "explore": Picture(
        "The analyst's desk",
        "The notebook explore: the call that draws one outcome with one participant marked, and"
        " the figure.",
        shows=("efficacy.hand_mrss.*",),
        size=(1000, 790),
        script=SCROLL,
    ),
    "queries": Picture(
        "The questions to the site",
        "The page of queries, by participant and visit: the value received, the question, what"
        " was done meanwhile, and the values around it.",
        shows=("queries",),
        size=(1240, 860),
    ),
}


def make_pictures(tell):
    """Write report/preview from the run in this checkout."""
    outputs = paths.Outputs()
    results = read_table("results", outputs.processed)
    tables = {"queries": digest_table((outputs.processed / "queries.csv").read_bytes(), "queries")}
    page = (outputs.documents / "index.html").read_text(encoding="utf-8")
    links = BeautifulSoup(page, "html.parser").select(".abstract a.result-link")
    cited = sorted({link["href"].partition("#")[2] for link in links})
    notes = {}
    FOLDER.mkdir(exist_ok=True)
    for name, image in take_pictures(outputs).items():
        picture, file = PICTURES[name], FOLDER / f"{name}.png"
        image.save(file, optimize=True)
        figure = outputs.generated / "figures" / f"{name}.txt"
        notes[name] = {
            "title": picture.title,
            "text": (
                f"SIMULATED data. {picture.text}" if picture.text else figure.read_text("utf-8")
            ).strip(),
            "file": hash_text(file.read_bytes()),
            "shows": picture.shows or cited,
            "shown": hash_shown(picture.shows or cited, results, tables),
        }
        tell(f"{file.relative_to(paths.ROOT)}: {file.stat().st_size // 1000} kB")
    text = json.dumps(notes, indent=1, ensure_ascii=False)
    (FOLDER / "pictures.json").write_text(text + "\n", encoding="utf-8")
    (FOLDER / "README.md").write_text(format_page(notes), encoding="utf-8")
    front = paths.ROOT / "README.md"
    front.write_text(renew_texts(front.read_text(encoding="utf-8"), notes), encoding="utf-8")


def take_pictures(outputs):
    """Return the pictures by name, reduced to what a page needs."""
    with tempfile.TemporaryDirectory() as place, contextlib.redirect_stdout(io.StringIO()):
        folder = Path(place)
        convert = [sys.executable, "-m", "nbconvert", "--execute", "--to=html", "--log-level=ERROR"]
        notebook = paths.ROOT / "notebooks" / "explore.ipynb"
        subprocess.run([*convert, f"--output-dir={folder}", notebook], check=True)
        run_check_data(paths.RAW, folder)
        pdf = ["pdftoppm", "-singlefile", "-png", "-r", "90", outputs.documents / "index.pdf"]
        subprocess.run([*pdf, folder / "article"], check=True)
        pages = {
            "trail": outputs.documents / "index.html",
            "explore": folder / "explore.html",
            "queries": folder / CHECK_FOLDER / "queries.html",
        }
        for name, page in pages.items():
            take_screenshot(page, PICTURES[name], folder / f"{name}.png", folder / "profile")
        for name in ("primary", "forest"):
            drawn = outputs.generated / "figures" / f"{name}.png"
            (folder / drawn.name).write_bytes(drawn.read_bytes())
        return {name: reduce_image(folder / f"{name}.png") for name in PICTURES}


def take_screenshot(page, picture, file, profile):
    # A machine may have no font with Hangul; the environment has one, in a folder called fonts.
    os.environ["XDG_DATA_HOME"] = find_spec("koreanize_matplotlib").submodule_search_locations[0]
    browser = Browser(profile)
    width, height = picture.size
    metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
    browser.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    browser.driver.execute_cdp_cmd("Emulation.setScrollbarsHidden", {"hidden": True})
    browser.open(page.as_uri())
    browser.driver.execute_script(picture.script)
    browser.driver.save_screenshot(str(file))
    browser.close()


def reduce_image(file):
    """Return an image at most WIDTH wide, in few colours, with a thin frame."""
    with Image.open(file) as image:
        small = image.convert("RGB")
    small.thumbnail((WIDTH, WIDTH * 2))
    return ImageOps.expand(small, 1, "#cccccc").quantize(
        COLOURS, method=Image.Quantize.MAXCOVERAGE, kmeans=2, dither=Image.Dither.NONE
    )


def hash_shown(shows, results, tables):
    """Return the hash of the results that match patterns, and of the digests of named tables."""
    kept = [
        any(fnmatch.fnmatchcase(name, pattern) for pattern in shows)
        for name in results["result_id"]
    ]
    rows = results[kept].sort_values("result_id")[["result_id", "text"]]
    named = {name: tables[name] for name in shows if name in tables}
    return hash_text((rows.to_csv(index=False) + json.dumps(named, sort_keys=True)).encode())


def hash_text(content):
    return hashlib.sha256(content).hexdigest()


def format_page(notes):
    return HEADER + "".join(
        f"\n## {note['title']}\n\n![{note['text']}]({name}.png)\n" for name, note in notes.items()
    )


def renew_texts(page, notes):
    """Return a page whose pictures of the gallery have the alternative texts of the notes."""
    return re.sub(
        r"!\[[^\]]*\]\(report/preview/(\w+)\.png\)",
        lambda found: f"![{notes[found[1]]['text']}](report/preview/{found[1]}.png)",
        page,
    )
