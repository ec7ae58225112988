"""What a browser shows breaks no rule of WCAG 2.2 AA that axe-core can check, light or dark."""

import json
from importlib import resources

import pytest
from browser import Browser, wait_for

from analysis.reproduce import pipeline

PAGES = ("index", "results", *(f"executed/{step.name}" for step in pipeline.NOTEBOOKS))
TAGS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
CONTRAST = {"color-contrast": {"enabled": False}}
SCRIPT = """axe.run({runOnly: %s, rules: %s, resultTypes: ["violations"]}).then(
    (found) => found.violations.map((rule) => rule.id + ": " + rule.help + " " + rule.nodes
        .slice(0, 3).map((node) => node.html.slice(0, 200)).join(" | ")))"""
# Contrast takes longer than all other rules, and rows of one table have the same colours.
FEW_ROWS = """document.querySelectorAll("tbody tr:nth-child(n+9)").forEach((row) => row.remove())"""
# A shared machine may take its time.
PATIENCE = 600

pytestmark = pytest.mark.needs("chromium")


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    opened = Browser(tmp_path_factory.mktemp("profile"), timeout=PATIENCE)
    yield opened
    opened.close()


def open_page(browser, path, *, scheme):
    feature = {"name": "prefers-color-scheme", "value": scheme}
    browser.call("Emulation.setEmulatedMedia", features=[feature])
    browser.open(path.as_uri())
    there = f'location.href === {json.dumps(path.as_uri())} && document.readyState === "complete"'
    wait_for(lambda: browser.evaluate(there), seconds=60, what=path.name)
    dark = browser.evaluate("matchMedia('(prefers-color-scheme: dark)').matches")
    assert dark == (scheme == "dark")
    axe = resources.files("selenium_axe_python").joinpath("axe-core", "axe.min.js")
    browser.evaluate(axe.read_text("utf-8") + "; true")


def find_violations(browser, only, rules=None):
    done = browser.call(
        "Runtime.evaluate",
        expression=SCRIPT % (json.dumps(only), json.dumps(rules or {})),
        awaitPromise=True,
        returnByValue=True,
    )
    return done["result"]["value"]


def find_pale_text(browser):
    browser.evaluate(FEW_ROWS)
    return find_violations(browser, {"type": "rule", "values": ["color-contrast"]})


def find_other_violations(browser):
    return find_violations(browser, {"type": "tag", "values": TAGS}, CONTRAST)


def test_the_check_can_fail(browser, tmp_path):
    page = tmp_path / "page.html"
    page.write_text("<title>x</title><img src=x><p style='color: #ccc'>pale</p>", "utf-8")
    open_page(browser, page, scheme="light")
    broken = {told.split(":")[0] for told in find_other_violations(browser)}
    assert broken >= {"image-alt", "html-has-lang"}
    assert [told.split(":")[0] for told in find_pale_text(browser)] == ["color-contrast"]


@pytest.mark.parametrize("name", PAGES)
def test_a_page_has_no_violation(finished, browser, name):
    page = finished.root / "report" / "_output" / f"{name}.html"
    open_page(browser, page, scheme="light")
    assert find_other_violations(browser) == []
    assert find_pale_text(browser) == []
    open_page(browser, page, scheme="dark")
    assert find_pale_text(browser) == []
