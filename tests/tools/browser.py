"""A headless Chromium, driven by Selenium as by a user: look, click, choose."""

import shutil
import time

from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
# So tall that every cell of a notebook is on the screen and drawn.
WINDOW = "1400,12000"
OPTIONS = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    f"--window-size={WINDOW}",
)  # fmt: skip
TRIES_PER_SECOND = 5


class Browser:
    """One page of a browser that stores nothing; `driver` is Selenium's.

    `profile` is a temporary folder for the browser; a script may take `timeout` seconds.
    """

    def __init__(self, profile, *, timeout=60):
        options = webdriver.ChromeOptions()
        # With both paths given, Selenium does not search for or download these programs.
        options.binary_location = next(filter(None, map(shutil.which, PROGRAMS)))
        for option in (*OPTIONS, f"--user-data-dir={profile}"):
            options.add_argument(option)
        self.driver = webdriver.Chrome(options, Service(shutil.which("chromedriver")))
        self.driver.set_script_timeout(timeout)
        # In a page without focus no element is active, and commands have no effect.
        self.driver.execute_cdp_cmd("Emulation.setFocusEmulationEnabled", {"enabled": True})

    def close(self):
        self.driver.quit()

    def open(self, address, *, scheme="light"):
        """Go to an address, with the preferred colour scheme of the user."""
        feature = {"name": "prefers-color-scheme", "value": scheme}
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [feature]})
        self.driver.get(address)

    def evaluate(self, expression, *arguments):
        """Return the value of an expression in the page, or of the promise that it gives."""
        return self.driver.execute_script(f"return ({expression})", *arguments)

    def click(self, selector, text):
        """Press the left button on an element with a text, as soon as it is there."""

        def find():
            found = self.driver.find_elements(By.CSS_SELECTOR, selector)
            return [each for each in found if each.is_displayed() and text in each.text]

        wait_for(find, seconds=40, what=f"{selector} {text}")[0].click()


def wait_for(condition, *, seconds, what="it"):
    """Return the value of a condition as soon as it is true."""
    for _ in range(seconds * TRIES_PER_SECOND):
        value = condition()
        if value:
            return value
        time.sleep(1 / TRIES_PER_SECOND)
    raise AssertionError(f"{what} did not come within {seconds} s")
