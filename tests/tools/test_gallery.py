"""The pictures of report/preview show the reference results."""

import json
import re

import pandas as pd
from gallery import FOLDER, PICTURES, format_page, hash_shown, hash_text, renew_texts

from analysis import paths
from analysis.review.evidence import RECORD_FOLDER, read_evidence

NOTES = json.loads((FOLDER / "pictures.json").read_text(encoding="utf-8"))
KILOBYTES = 150


def test_each_picture_shows_what_is_on_record():
    record = read_evidence(paths.ROOT / RECORD_FOLDER)
    stale = [
        name
        for name, note in NOTES.items()
        if hash_shown(note["shows"], record.results, record.tables) != note["shown"]
    ]
    assert stale == [], "`make pictures`, then `make record`"


def test_the_page_has_every_picture_with_its_text_and_each_is_small():
    assert {*NOTES} == {*PICTURES} == {path.stem for path in FOLDER.glob("*.png")}
    assert (FOLDER / "README.md").read_text(encoding="utf-8") == format_page(NOTES)
    for name, note in NOTES.items():
        content = (FOLDER / f"{name}.png").read_bytes()
        assert hash_text(content) == note["file"] and len(content) < KILOBYTES * 1000
        assert note["text"].startswith("SIMULATED data. ")


def test_the_readme_shows_pictures_with_the_same_texts():
    readme = (paths.ROOT / "README.md").read_text(encoding="utf-8")
    assert {"primary", "trail"} <= {*re.findall(r"\(report/preview/(\w+)\.png\)", readme)}
    assert renew_texts(readme, NOTES) == readme
    assert renew_texts("![Old](report/preview/a.png)", {"a": {"text": "New"}}) == (
        "![New](report/preview/a.png)"
    )


def test_another_value_of_a_shown_result_or_another_table_is_seen_and_no_other():
    results = pd.DataFrame({"result_id": ["a.hl", "a.hl_low", "b.hl"], "text": ["1", "0", "2"]})
    tables = {"queries": {"rows": {"SIM-01": "x"}}}

    def change(place, text):
        return results.assign(text=results["text"].mask(results["result_id"] == place, text))

    shown = hash_shown(["a.*"], results, tables)
    assert hash_shown(["a.*"], change("a.hl_low", "9"), tables) != shown
    assert hash_shown(["a.*"], change("b.hl", "9"), {}) == shown
    assert hash_shown(["queries"], results, tables) != hash_shown(["queries"], results, {})
