"""A headless Chromium, driven by its own protocol as a person would: look, click, choose."""

import itertools
import json
import shutil
import subprocess
import time
import urllib.request

import websocket

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
# So tall that every cell of a notebook is on the screen and none is left undrawn.
WINDOW = "1400,12000"
TRIES_PER_SECOND = 5


class Browser:
    """One page of a browser that keeps nothing."""

    def __init__(self, profile, *, timeout=60):
        program = next(filter(None, map(shutil.which, PROGRAMS)))
        self._process = subprocess.Popen(
            [
                program,
                "--headless=new",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--no-first-run",
                "--remote-debugging-port=0",
                f"--window-size={WINDOW}",
                f"--user-data-dir={profile}",
                "about:blank",
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        told = profile / "DevToolsActivePort"
        port = wait_for(lambda: told.exists() and told.read_text().splitlines()[0], seconds=30)
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/json/list") as answer:
            page = next(each for each in json.load(answer) if each["type"] == "page")
        self._numbers = itertools.count(1)
        self._socket = websocket.create_connection(
            page["webSocketDebuggerUrl"], timeout=timeout, suppress_origin=True
        )
        # In a page without focus nothing is current, and commands go nowhere.
        self.call("Emulation.setFocusEmulationEnabled", enabled=True)

    def close(self):
        """End the browser."""
        self._socket.close()
        self._process.terminate()
        self._process.wait(timeout=20)

    def call(self, method, **parameters):
        """Call a method of the protocol, and return its result."""
        number = next(self._numbers)
        self._socket.send(json.dumps({"id": number, "method": method, "params": parameters}))
        while True:
            answer = json.loads(self._socket.recv())
            if answer.get("id") == number:
                assert "error" not in answer, answer["error"]
                return answer["result"]

    def open(self, address):
        """Go to an address."""
        self.call("Page.navigate", url=address)

    def evaluate(self, script):
        """Return the value of an expression in the page, what a promise has promised."""
        result = self.call(
            "Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True
        )
        assert "exceptionDetails" not in result, result["exceptionDetails"]
        return result["result"].get("value")

    def find(self, selector, text=""):
        """Wait for an element with a text, and return the middle of it in pixels."""
        script = f"""(() => {{
            const found = [...document.querySelectorAll({json.dumps(selector)})].find(
                each => each.textContent.includes({json.dumps(text)}) && each.offsetParent);
            if (!found) return null;
            const box = found.getBoundingClientRect();
            return [box.x + box.width / 2, box.y + box.height / 2];
        }})()"""
        return wait_for(lambda: self.evaluate(script), seconds=40, what=f"{selector} {text}")

    def click(self, selector, text=""):
        """Press the left button on an element."""
        x, y = self.find(selector, text)
        for kind in ("mouseMoved", "mousePressed", "mouseReleased"):
            button = "none" if kind == "mouseMoved" else "left"
            self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, button=button, clickCount=1)

    def text(self):
        """Return what stands on the page."""
        return self.evaluate("document.body.innerText")


def wait_for(condition, *, seconds, what="it"):
    """Return what a condition gives as soon as it holds."""
    for _ in range(seconds * TRIES_PER_SECOND):
        value = condition()
        if value:
            return value
        time.sleep(1 / TRIES_PER_SECOND)
    raise AssertionError(f"{what} did not come within {seconds} s")
