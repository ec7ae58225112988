"""Pages that follow the words while an author changes them."""

import shutil
import threading
import urllib.request

import pytest

from analysis import paths
from analysis.errors import DataError
from analysis.reporting.material import list_material
from analysis.reporting.preview import Preview, make_server


@pytest.fixture
def preview(small_inputs, tmp_path):
    sources = tmp_path / "report"
    for path in list_material(paths.REPORT_FOLDER):
        copy = sources / path.relative_to(paths.REPORT_FOLDER)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, copy)
    lines = []
    options = {"renderer": "builtin", "folder": tmp_path, "sources": sources}
    shown = Preview(small_inputs(), tell=lines.append, **options)
    shown.lines = lines
    return shown


def read(server, name):
    with urllib.request.urlopen(f"http://127.0.0.1:{server.server_port}/{name}") as answer:
        return answer.read().decode("utf-8")


def change(preview, name, old, new):
    path = preview.sources / name
    text = path.read_text("utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), "utf-8")
    preview.refresh()


def test_pages_follow_templates_and_documents_and_stay_where_the_words_are_wrong(preview):
    preview.refresh()
    with make_server(preview) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        assert read(server, "state") == "1"
        assert "Nobody died in this period." in read(server, "index.html")
        preview.refresh()
        assert read(server, "state") == "1"

        change(preview, "sentences/results.md", "Nobody died in this period.", "All lived.")
        assert read(server, "state") == "2"
        assert "All lived." in read(server, "index.html")

        change(preview, "supplement.qmd", "# Harms in more detail", "# All harms, <% if %> 41")
        assert "41" in preview.lines[-1]
        assert "report/supplement.qmd:" in preview.lines[-1]
        assert read(server, "state") == "2"
        assert "Harms in more detail" in read(server, "supplement.html")
        # A page asks for newer ones; a file is served as it is.
        assert "location.reload" in read(server, "supplement.html")
        assert "location.reload" not in (preview.pages / "index.html").read_text("utf-8")
        # The trail of a number is beside the pages, and stays when they are built again.
        (preview.trail / "trail").mkdir(parents=True)
        (preview.trail / "trail" / "efficacy.html").write_text("Made from", "utf-8")
        assert "Made from" in read(server, "trail/efficacy.html")
        server.shutdown()


def test_words_that_are_wrong_from_the_start_show_nothing(preview):
    with pytest.raises(DataError, match=r"report/index.qmd:\d+: say.nothing is no result"):
        change(preview, "index.qmd", "{{< var say.season >}}", "{{< var say.nothing >}}")
