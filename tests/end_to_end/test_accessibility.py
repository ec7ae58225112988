"""What a browser shows: no rule of WCAG 2.2 AA broken, light or dark, and keys that reach all."""

import json
import re

import pandas as pd
import pytest
from browser import Browser, wait_for
from selenium.webdriver.common.keys import Keys
from selenium_axe_python import Axe

from analysis.reporting.manuscript import DOCUMENTS
from analysis.run.steps import NOTEBOOKS

TRAIL_PAGES = ("trail/efficacy", "trail/flow", "trail/people", "trail/people/0001")
EXECUTED = (f"executed/{step.name}" for step in NOTEBOOKS)
PAGES = ("index", "supplement", "results", *TRAIL_PAGES, *EXECUTED)
TAGS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
CONTRAST = {"color-contrast": {"enabled": False}}
# Contrast takes longer than all other rules, and rows of one table have the same colours.
FEW_ROWS = """document.querySelectorAll("tbody tr:nth-child(n+9)").forEach((row) => row.remove())"""
# A shared machine may take its time.
PATIENCE = 600

pytestmark = pytest.mark.needs("chromium", "chromedriver")


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    opened = Browser(tmp_path_factory.mktemp("profile"), timeout=PATIENCE)
    yield opened
    opened.close()


def open_page(browser, path, *, scheme):
    browser.open(path.as_uri(), scheme=scheme)
    assert browser.evaluate("location.href") == path.as_uri()
    dark = browser.evaluate("matchMedia('(prefers-color-scheme: dark)').matches")
    assert dark == (scheme == "dark")
    Axe(browser.driver).inject()


def find_violations(browser, only, rules=None):
    options = {"runOnly": only, "rules": rules or {}, "resultTypes": ["violations"]}
    found = Axe(browser.driver).run(options=json.dumps(options))["violations"]
    html = {rule["id"]: [node["html"][:200] for node in rule["nodes"][:3]] for rule in found}
    return [f"{rule['id']}: {rule['help']} {' | '.join(html[rule['id']])}" for rule in found]


def find_pale_text(browser):
    browser.evaluate(FEW_ROWS)
    return find_violations(browser, {"type": "rule", "values": ["color-contrast"]})


def find_other_violations(browser):
    return find_violations(browser, {"type": "tag", "values": TAGS}, CONTRAST)


def test_the_check_can_fail(browser, tmp_path):
    page = tmp_path / "page.html"
    page.write_text("<title>x</title><img src=x><p style='color: #ccc'>pale</p>", "utf-8")
    open_page(browser, page, scheme="light")
    broken = {line.split(":")[0] for line in find_other_violations(browser)}
    assert broken >= {"image-alt", "html-has-lang"}
    assert [line.split(":")[0] for line in find_pale_text(browser)] == ["color-contrast"]


def check_page(browser, page):
    open_page(browser, page, scheme="light")
    assert find_other_violations(browser) == []
    assert find_pale_text(browser) == []
    open_page(browser, page, scheme="dark")
    assert find_pale_text(browser) == []


@pytest.mark.parametrize("name", PAGES)
def test_a_page_has_no_violation(builtin, browser, name):
    check_page(browser, builtin / f"{name}.html")


@pytest.mark.needs("quarto")
@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_page_of_quarto_has_no_violation(quarto, browser, name):
    check_page(browser, quarto / f"{name}.html")


def test_a_number_tells_where_it_comes_from_when_the_keyboard_reaches_it(finished, browser):
    page = finished.root / "report" / "_output" / "index.html"
    open_page(browser, page, scheme="light")
    link = """document.querySelector('a.result-link[href$="#efficacy.hand_mrss.hl"]')"""
    browser.evaluate(f"{link}.focus()")
    note = "document.getElementById('result-note')"
    text = browser.evaluate(f"{note}.hidden ? '' : {note}.innerText")
    assert text.splitlines()[0] == "efficacy.hand_mrss.hl"
    assert "notebook 04_efficacy" in text and "n = " in text
    described = "document.activeElement.getAttribute('aria-describedby')"
    assert browser.evaluate(described) == "result-note"
    browser.driver.switch_to.active_element.send_keys(Keys.ESCAPE)
    assert browser.evaluate(f"{note}.hidden")
    target = browser.evaluate("document.activeElement.getAttribute('href')")
    open_page(browser, page.with_name("results.html"), scheme="light")
    row = f"document.getElementById({json.dumps(target.split('#')[1])})"
    assert browser.evaluate(f"{row}.querySelector('a').getAttribute('href')") == target
    open_page(browser, page.with_name("trail") / "efficacy.html", scheme="light")
    browser.evaluate(f"location.hash = {json.dumps(target.split('#')[1])}")
    # Down to the values, on to a participant, and back, by the links in the row.
    values = browser.evaluate(f"{row}.querySelector('td:last-child a').getAttribute('href')")
    person = f"{values} ~ .table-frame a"
    browser.evaluate(f"document.querySelector({json.dumps(person)}).click()")
    wait_for(lambda: "/people/0001.html#hand_mrss" in browser.evaluate("location.href"), seconds=10)
    assert browser.evaluate("document.querySelector(':target').id") == "hand_mrss"
    assert "redcap_export.csv" in browser.evaluate("document.body.innerText")
    browser.evaluate("history.back()")
    wait_for(lambda: "/efficacy.html" in browser.evaluate("location.href"), seconds=10)


def test_on_a_phone_values_are_on_screen_and_a_link_leads_to_a_row_below_what_stays(
    finished, browser
):
    page = finished.root / "report" / "_output" / "results.html"
    try:
        for width in (390, 1400):
            size = {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": False}
            browser.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
            browser.open("about:blank")
            browser.open(f"{page.as_uri()}#efficacy.hand_mrss.hl")
            row = "document.querySelector(':target')"
            box = f"{row}.getBoundingClientRect()"
            wait_for(lambda box=box: 0 < browser.evaluate(f"{box}.top") < 800, seconds=10)
            top = browser.evaluate(f"{box}.top")
            head = f"{row}.closest('table').querySelector('thead th').getBoundingClientRect()"
            search = "document.querySelector('.narrow').getBoundingClientRect()"
            stays = search if width == 390 else head
            assert browser.evaluate(f"{stays}.bottom") <= top + 1
            assert browser.evaluate("document.documentElement.scrollWidth") <= width
            value = f"{row}.querySelector('td').getBoundingClientRect()"
            assert browser.evaluate(f"{value}.left") >= 0
            assert browser.evaluate(f"{value}.right") <= width
    finally:
        browser.driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def test_typed_words_narrow_the_results_and_a_link_finds_its_row_again(finished, browser):
    page = finished.root / "report" / "_output" / "results.html"
    open_page(browser, page, scheme="light")
    shown = """[...document.querySelectorAll("tbody tr")]
        .filter(row => row.checkVisibility()).map(row => row.id)"""
    everything = browser.evaluate(shown)
    browser.evaluate("document.getElementById('narrow').focus()")
    browser.driver.switch_to.active_element.send_keys("Kapandji p_min")
    named = [name for name in everything if "kapandji" in name and "p_min" in name]
    assert browser.evaluate(shown) == named
    assert browser.evaluate("document.getElementById('shown').innerText") == f"{len(named)} results"
    browser.evaluate("location.hash = 'efficacy.hand_mrss.hl'")
    wait_for(lambda: browser.evaluate(shown) == everything, seconds=10, what="every row")


def test_every_output_of_the_shipped_export_says_that_it_is_simulated(finished):
    processed = finished.root / "data" / "processed"
    results = pd.read_csv(processed / "results.csv", dtype="str", keep_default_na=False)
    assert set(results["data_origin"]) == {"simulated"}
    people = pd.read_csv(processed / "participants.csv", dtype="str", keep_default_na=False)
    assert people["participant_id"].str.match(r"SIM-\w+$").all()
    for table in processed.glob("*.csv"):
        days = re.findall(r"\b\d{4}-\d{2}-\d{2}\b", table.read_text("utf-8"))
        assert [day for day in days if "2016-10-01" <= day <= "2018-01-31"] == [], table.name
    report = finished.root / "report"
    folder = report / "_output"
    pages = [*folder.rglob("*.html")]
    names = {page.relative_to(folder).with_suffix("").as_posix() for page in pages}
    assert names >= {*PAGES, "trail/efficacy", "trail/people/0001"}
    for page in pages:
        text = page.read_text("utf-8")
        assert "SIMULATED DATA, NOT RESULTS OF ANY TRIAL" in text, page.name
        assert re.search("<title>Simulated", text), page.name
    described = sorted((report / "_generated" / "figures").glob("*.txt"))
    assert described
    for path in described:
        assert path.read_text("utf-8").startswith("SIMULATED"), path.name
        assert "SIMULATED" in path.with_suffix(".svg").read_text("utf-8"), path.name
