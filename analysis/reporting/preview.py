"""Serve the pages of the report, and rebuild them when its text changes."""

import shutil
import threading
import time
from collections.abc import Callable
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from analysis import paths
from analysis.errors import AnalysisError
from analysis.reporting.document import build_report
from analysis.reporting.material import list_material

# Seconds between two checks of the text.
INTERVAL = 0.5
STATE = "/state"
# An open page asks whether there is a newer one.
RELOAD = b"""<script>
setInterval(async () => {
  const state = await (await fetch("/state")).text();
  window.seen ??= state;
  if (state !== window.seen) location.reload();
}, 1000);
</script>
"""


class Preview:
    """The pages of a report below a folder, kept as new as its text.

    `renderer` is ``quarto`` or ``builtin``; `tell` is called with a line for each build, and with
    errors in the text.
    """

    def __init__(
        self,
        outputs: paths.Outputs,
        *,
        renderer: str,
        folder: Path,
        sources: Path = paths.REPORT_FOLDER,
        tell: Callable[[str], None] = print,
    ) -> None:
        self.outputs, self.renderer, self.sources, self.tell = outputs, renderer, sources, tell
        self.pages, self.trail = folder / "pages", folder / "traced"
        self.builds = 0
        self._seen: dict[Path, tuple[int, int]] = {}

    def refresh(self) -> None:
        """Rebuild the pages if anything that they are made from has changed.

        An error in the text is reported, and the pages stay as they are.

        Raises
        ------
        AnalysisError
            There is an error in the text, and there are no pages yet.
        """
        state = self._list_state()
        if state == self._seen:
            return
        self._seen = state
        new = self.pages.with_name("new")
        shutil.rmtree(new, ignore_errors=True)
        new.mkdir()
        try:
            build_report(
                self.outputs,
                renderer=self.renderer,
                folder=new,
                sources=self.sources,
                suffixes=("html",),
                tell=self.tell,
            )
        except (AnalysisError, OSError) as error:
            if not self.builds:
                raise
            self.tell(str(error))
            return
        shutil.rmtree(self.pages, ignore_errors=True)
        new.rename(self.pages)
        self.builds += 1
        self.tell(f"The pages are those of {time.strftime('%H:%M:%S')}.")

    def _list_state(self) -> dict[Path, tuple[int, int]]:
        files = {*list_material(self.sources), paths.STUDY, *self.outputs.generated.rglob("*.*")}
        found = {}
        for path in files:
            # An editor may remove a file for a moment while it writes a new one.
            if path.exists():
                found[path] = (path.stat().st_mtime_ns, path.stat().st_size)
        return found


def make_server(preview: Preview) -> ThreadingHTTPServer:
    """Return a server of the pages, on a free port, for this machine only."""
    return ThreadingHTTPServer(("127.0.0.1", 0), partial(_Handler, preview))


def preview_report(
    outputs: paths.Outputs,
    *,
    renderer: str,
    write_trail: Callable[[Path], object],
    tell: Callable[[str], None] = print,
) -> None:
    """Serve the pages of the report, and rebuild them when its text changes, until stopped.

    Parameters
    ----------
    write_trail
        Writes the trail of the numbers into a given folder; the text does not affect it.

    Raises
    ------
    AnalysisError
        There are no results yet, or the text is wrong from the start.
    """
    with TemporaryDirectory(prefix="preview-") as place:
        preview = Preview(outputs, renderer=renderer, folder=Path(place), tell=tell)
        preview.refresh()
        with make_server(preview) as server:
            threading.Thread(target=server.serve_forever, daemon=True).start()
            tell(f"http://127.0.0.1:{server.server_port}/index.html (Ctrl-C ends it)")
            try:
                write_trail(preview.trail)
                while True:
                    time.sleep(INTERVAL)
                    preview.refresh()
            finally:
                server.shutdown()


class _Handler(SimpleHTTPRequestHandler):
    """Serve the newest pages, with a script that asks for newer ones."""

    def __init__(self, preview: Preview, *arguments: Any) -> None:
        self.preview = preview
        super().__init__(*arguments, directory=str(preview.pages))

    def translate_path(self, path: str) -> str:
        """Return the file of an address: the trail is written once, the pages again and again."""
        traced = path.startswith("/trail/")
        self.directory = str(self.preview.trail if traced else self.preview.pages)
        return super().translate_path(path)

    def do_GET(self) -> None:
        """Answer with the number of the build, a page with the script, or a file."""
        page = Path(self.translate_path(self.path))
        if self.path == STATE:
            self._answer(str(self.preview.builds).encode(), "text/plain")
        elif page.suffix == ".html" and page.is_file():
            self._answer(page.read_bytes() + RELOAD, "text/html; charset=utf-8")
        else:
            super().do_GET()

    def _answer(self, content: bytes, kind: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: Any) -> None:
        """Do not log requests."""
