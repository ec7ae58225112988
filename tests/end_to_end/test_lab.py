"""An analyst opens JupyterLab, runs a notebook, and moves the controls of another."""

import json
import os
import re
import shutil
import signal
import subprocess
import threading
import urllib.error
import urllib.request

import pytest
from browser import Browser, wait_for
from programs import call

from analysis.paths import NOTEBOOK_FOLDER, Outputs
from analysis.results import format_number
from analysis.run import steps
from analysis.tables import read_table

ADDRESS = re.compile(r"http://127\.0\.0\.1:\d+/lab/tree/notebooks\?token=\w+")

# The name, in the page, of the application whose commands the menus call; tests alone ask for it.
EXPOSED = {"LabApp": {"expose_app_in_browser": True}}
STATE = """(() => {
    const panel = window.jupyterapp?.shell.currentWidget;
    const kernel = panel?.sessionContext?.session?.kernel;
    return [panel?.context?.path, kernel?.status, kernel?.connectionStatus].join();
})()"""


class Lab:
    """`make lab` as it runs, and the address that it prints."""

    def __init__(self, trial, config):
        (config / "jupyter_lab_config.json").write_text(json.dumps(EXPOSED))
        # No window opens.
        variables = trial.shell(BROWSER="true", JUPYTER_CONFIG_DIR=str(config))
        self._process = subprocess.Popen(
            ["make", "lab"],
            cwd=trial.root,
            env=variables,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self.lines = []
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()
        self.address = wait_for(self._find_address, seconds=60, what="the address of JupyterLab")

    def _listen(self):
        self.lines.extend(iter(self._process.stdout.readline, ""))

    def _find_address(self):
        return next((found[0] for line in [*self.lines] if (found := ADDRESS.search(line))), "")

    def ask(self, path):
        server, token = self.address.split("/lab")[0], self.address.split("token=")[1]
        wanted = urllib.request.Request(
            f"{server}/api/{path}", headers={"Authorization": f"token {token}"}
        )
        with urllib.request.urlopen(wanted) as answer:
            return json.load(answer)

    def close(self):
        for _ in range(2):
            os.killpg(self._process.pid, signal.SIGINT)
        self._process.wait(timeout=30)
        self._listener.join(timeout=30)
        self._process.stdout.close()


@pytest.fixture(scope="module")
def lab(finished, tmp_path_factory):
    lab = Lab(finished, tmp_path_factory.mktemp("config"))
    yield lab
    lab.close()


@pytest.fixture
def browser(tmp_path):
    browser = Browser(tmp_path)
    yield browser
    browser.close()


def run_all(browser, lab, name):
    browser.open(lab.address.replace("?", f"/{name}.ipynb?reset&"))
    ready = f"notebooks/{name}.ipynb,idle,connected"
    wait_for(lambda: browser.evaluate(STATE) == ready, seconds=60, what=f"{name} and its kernel")
    browser.evaluate("window.jupyterapp.commands.execute('runmenu:run-all').then(() => true)")


def choose(browser, control, option):
    script = f"""(() => {{
        const box = [...document.querySelectorAll(".widget-dropdown")].find(
            each => each.innerText.startsWith({json.dumps(control)}));
        const list = box.querySelector("select");
        list.value = {json.dumps(option)};
        list.dispatchEvent(new Event("change", {{bubbles: true}}));
        return list.value;
    }})()"""
    assert browser.evaluate(script) == option


def read_rows(browser, heading):
    """Return the texts of the tables, row by row, that stand below a heading of the notebook."""
    script = f"""(() => {{
        const cells = [...document.querySelectorAll(".jp-Notebook .jp-Cell")];
        const first = cells.findIndex(cell => cell.querySelector("h2")?.innerText
            .startsWith({json.dumps(heading)}));
        return [...cells[first + 1].querySelectorAll("table.dataframe tr")]
            .map(row => [...row.cells].map(cell => cell.innerText));
    }})()"""
    return browser.evaluate(script)


def read_statistics(browser):
    return {row[0]: row[1] for row in read_rows(browser, "The exact statistics")[2:]}


def read_picture(browser):
    script = """[...document.querySelectorAll(".jp-Notebook .jp-OutputArea img")]
        .map(each => [each.src, each.alt])"""
    return (browser.evaluate(script) or [("", "")])[0]


def clear_scratch(trial):
    """Take away what notebooks wrote before, and return all that the run has published."""
    shutil.rmtree(trial.root / "scratch", ignore_errors=True)
    return trial.published()


def compare_scratch(trial, published):
    """Hold scratch/ against the run, which has to be as it was; return the names in scratch/."""
    assert trial.published() == published
    scratch = trial.root / "scratch"
    paths = [path for path in scratch.rglob("*") if path.is_file()]
    written = {path.relative_to(scratch).as_posix(): path.read_bytes() for path in paths}
    for name, content in written.items():
        places = (f"data/processed/{name}", f"report/_generated/{name}")
        assert content in [published.get(place) for place in places], name
    return set(written)


@pytest.mark.needs("chromium", "chromedriver")
def test_run_all_gives_what_make_gives_and_leaves_the_run_alone(browser, lab, finished):
    before = clear_scratch(finished)
    run_all(browser, lab, "04_efficacy")
    written = compare_scratch(finished, before)
    assert {"results/04_efficacy.csv", "figures/paired.svg", "tables/efficacy.html"} <= written


class Desk:
    """The page of explore after Run All, held against the tables of the run."""

    def __init__(self, browser, processed):
        self.browser = browser
        self.results = read_table("results", processed).set_index("result_id")["text"]
        self.pictures = []

    def shows(self, texts):
        """Wait for statistics, by name, and for a picture of as many that was not there before."""
        words = f" of {texts['n_pairs']} participants"

        def is_shown():
            source, alt = read_picture(self.browser)
            fits = words in alt and source not in self.pictures
            return source if fits and texts.items() <= read_statistics(self.browser).items() else ""

        self.pictures.append(wait_for(is_shown, seconds=30, what=f"{texts} and their picture"))

    def has_row(self, heading, cells):
        wait_for(
            lambda: any(cells <= set(row) for row in read_rows(self.browser, heading)),
            seconds=30,
            what=f"{cells} below {heading}",
        )

    def agrees(self, prefix):
        """Wait for the statistics that results.csv gives, and for a new picture."""
        names = ("n_pairs", "mean_change", "hl", "hl_low", "hl_high", "p_value", "d_z")
        made = {name: self.results.get(f"{prefix}.{name}") for name in names}
        made = {name: text for name, text in made.items() if text is not None}
        assert {"n_pairs", "hl", "p_value"} <= set(made)
        self.shows(made)


@pytest.mark.needs("chromium", "chromedriver")
def test_picture_and_numbers_follow_the_controls_and_agree_with_the_results(browser, lab, finished):
    processed = Outputs(finished.root).processed
    desk = Desk(browser, processed)
    run_all(browser, lab, "explore")
    desk.agrees("efficacy.hand_mrss")
    choose(browser, "variant", "fingers_only")
    desk.agrees("efficacy.hand_mrss.fingers_only")
    choose(browser, "outcome", "Kapandji opposition")
    desk.agrees("efficacy.kapandji")
    choose(browser, "participant", "SIM-05")
    desk.agrees("efficacy.kapandji")
    choose(browser, "population", "Per protocol")
    desk.agrees("sensitivity.kapandji.population.per_protocol")

    choose(browser, "items at", "Week 12")
    cell = {"SIM-05|week_12_arm_1|", "kap_l", "18"}
    desk.has_row("The items behind", cell | {"left", "8"})
    desk.has_row("The changes behind", cell)
    desk.has_row("The participant's whole course", {"Finger pain", "probable", "recovered"})

    browser.click(".jupyter-button", "Save")
    name = "picture_kapandji_week_12_primary_per_protocol_SIM-05.png"
    saved = finished.root / "scratch" / "explore" / "figures" / name
    wait_for(saved.exists, seconds=30, what=f"{saved}")

    choose(browser, "population", "Full analysis")
    choose(browser, "outcome", "Hand pain (VAS)")
    choose(browser, "visit", "Week 4")
    pairs = read_table("pairs", processed)
    change = pairs[(pairs["outcome"] == "hand_pain_vas") & (pairs["visit"] == "week_4")]["change"]
    desk.shows({"n_pairs": f"{len(change)}", "mean_change": format_number(change.mean(), 1)})


def test_the_executed_copies_stand_beside_the_sources_and_are_safe_to_run(lab, finished):
    before = finished.published()
    listed = lab.ask("contents/notebooks/executed")["content"]
    names = [f"{step.name}.ipynb" for step in steps.NOTEBOOKS]
    assert sorted(entry["name"] for entry in listed) == names
    cells = lab.ask("contents/notebooks/executed/04_efficacy.ipynb")["content"]["cells"]
    assert any(cell.get("outputs") for cell in cells)
    code = "\n".join(cell["source"] for cell in cells if cell["cell_type"] == "code")
    assert re.findall("^outputs = .*", code, re.MULTILINE) == [
        'outputs = "scratch"  # where everything below is written'
    ]
    (finished.root / "notebooks/executed/04_efficacy.ipynb").write_text("spoiled")
    assert finished.published() == before


@pytest.mark.slow
def test_every_notebook_writes_the_same_in_any_folder(finished, tmp_path):
    before = clear_scratch(finished)
    # One kernel for all, in a folder of its own: the start of each would take longer than its work.
    files = sorted(NOTEBOOK_FOLDER.glob("*.ipynb"))
    every = [json.loads(file.read_text("utf-8")) for file in files]
    cells = [cell for notebook in every for cell in notebook["cells"]]
    joined = every[0] | {"cells": [cell | {"id": f"{n}"} for n, cell in enumerate(cells)]}
    (tmp_path / "every.ipynb").write_text(json.dumps(joined))
    jupyter = finished.root / ".venv/bin/jupyter"
    done = call(jupyter, "execute", tmp_path / "every.ipynb", env=finished.shell())
    assert done.returncode == 0, done.stderr
    written = compare_scratch(finished, before)
    assert {"pairs.csv", "results/06_safety.csv", "figures/swimmer.svg"} <= written


def test_only_this_machine_can_reach_it_and_only_with_the_token(lab):
    server = lab.address.split("/lab")[0]
    with pytest.raises(urllib.error.HTTPError, match="403"):
        urllib.request.urlopen(f"{server}/api/sessions")
    spec = lab.ask("kernelspecs")["kernelspecs"]["python3"]["spec"]
    assert spec["display_name"].startswith("Python 3")
    assert not [line for line in lab.lines if "0.0.0.0" in line]
