"""An analyst's desk in a notebook: choose, see, copy the code, save."""

import ast
import string
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.errors import AnalysisError
from analysis.reporting.figure import save_figure
from analysis.trail.explore import Shown, format_code, format_frame, format_picture, save_frames
from analysis.trail.trial import TrialTables

_FOLDER = "explore"
# The code that a panel runs; the value of its last line is shown.
PANELS = {
    "picture": """\
from analysis.trail.explore import draw_outcome

figure, alt = draw_outcome(
    trial, {outcome!r}, visit={visit!r}, variant={variant!r},
    population={population!r}, participant={participant!r},
)
figure""",
    "statistics": """\
from analysis.trail.explore import compute_statistics

compute_statistics(
    trial, {outcome!r}, visit={visit!r}, variant={variant!r},
    population={population!r},
)""",
    "course": """\
from analysis.trail.explore import list_course

list_course(trial, {participant!r})""",
    "items": """\
from analysis.trail.explore import list_cells

list_cells(
    trial, {outcome!r}, variant={variant!r},
    participant={participant!r}, visit={items_at!r},
)""",
    "changes": """\
from analysis.trail.explore import explain_changes, list_cells

cells = list_cells(
    trial, {outcome!r}, variant={variant!r},
    participant={participant!r}, visit={items_at!r},
)
explain_changes(trial, cells)""",
}


def write_code(panel: str, choices: dict[str, str]) -> str:
    """Return the code that makes a panel, ready to be copied into a cell.

    Parameters
    ----------
    panel
        A key of `PANELS`.
    choices
        outcome, variant, visit, population, participant, items_at.
    """
    return PANELS[panel].format(**choices)


def list_choices(panel: str) -> list[str]:
    """Return the names of the choices that a panel depends on, in the order of its code."""
    fields = (field for _, field, _, _ in string.Formatter().parse(PANELS[panel]))
    return [name for name in dict.fromkeys(fields) if name]


def run_code(code: str, trial: TrialTables) -> tuple[Any, dict[str, Any]]:
    """Run the code of a panel, and return the value of its last line and all its names."""
    tree = ast.parse(code)
    last = tree.body.pop()
    assert isinstance(last, ast.Expr)
    names: dict[str, Any] = {"trial": trial}
    exec(compile(tree, "<panel>", "exec"), names)
    return eval(compile(ast.Expression(last.value), "<panel>", "eval"), names), names


class Desk:
    """Controls, and panels that follow them; the code shown is the code that was run.

    Parameters
    ----------
    trial
        The tables of a run.
    outputs
        Where pictures and tables are saved, in the subfolder ``explore``.
    """

    def __init__(self, trial: TrialTables, outputs: Path) -> None:
        self.trial = trial
        self.outputs = outputs / _FOLDER
        self.controls = _make_controls(trial)
        self._shown: dict[str, tuple] = {}
        for control in self.controls.values():
            control.observe(self._follow, names="value")

    @property
    def choices(self) -> dict[str, str]:
        """The current choice of each control."""
        return {name: control.value for name, control in self.controls.items()}

    def show(self, panel: str) -> None:
        """Show a panel below its controls and its code, and keep code and panel up to date."""
        from IPython.display import DisplayHandle, display

        display(self._lay_out_controls(panel))
        code = write_code(panel, self.choices)
        above, below = DisplayHandle(), DisplayHandle()
        above.display(Shown(format_code(code), code))
        below.display(self._run(code))
        self._shown[panel] = (code, above, below)

    def save(self, panel: str) -> Path:
        """Save what a panel shows, and return its path.

        A picture is saved as SVG and PNG with its alternative text, a table as CSV, a course as a
        folder of tables; the name contains the choices.
        """
        shown, names = run_code(write_code(panel, self.choices), self.trial)
        name = "_".join([panel, *(self.choices[each] for each in list_choices(panel))])
        if panel != "picture":
            return save_frames(shown, self.outputs / "tables", name)
        save_figure(shown, name, self.outputs, alt=names["alt"], provenance=self.trial.provenance)
        return self.outputs / "figures" / f"{name}.png"

    def _lay_out_controls(self, panel: str) -> Any:
        import ipywidgets

        def save(_: object) -> None:
            try:
                answer.value = f"Saved: {self.save(panel)}"
            except AnalysisError as error:
                answer.value = str(error)

        button, answer = ipywidgets.Button(description="Save"), ipywidgets.Label()
        button.on_click(save)
        controls = [self.controls[name] for name in list_choices(panel)]
        return ipywidgets.Box(
            [*controls, button, answer], layout=ipywidgets.Layout(flex_flow="row wrap")
        )

    def _run(self, code: str) -> object:
        from IPython.display import Markdown
        from matplotlib import pyplot as plt

        try:
            shown, names = run_code(code, self.trial)
        except AnalysisError as error:
            return Markdown(str(error))
        if "figure" in names:
            shown = Shown(format_picture(shown, names["alt"]), names["alt"])
            plt.close("all")
        if isinstance(shown, pd.DataFrame):
            shown = Shown(format_frame(shown), repr(shown))
        return shown

    def _follow(self, change: dict[str, Any]) -> None:
        """Update the panels that a changed control affects, and only those."""
        if change["owner"] is self.controls["outcome"]:
            outcome = self.trial.study.outcome(self.controls["outcome"].value)
            self.controls["variant"].options = list(outcome.variants)
        for panel, (before, above, below) in self._shown.items():
            code = write_code(panel, self.choices)
            if code != before:
                self._shown[panel] = (code, above, below)
                above.update(Shown(format_code(code), code))
                below.update(self._run(code))


def _make_controls(trial: TrialTables) -> dict[str, Any]:
    import ipywidgets

    study = trial.study
    baseline = study.visit(study.analysis.baseline_visit.value)
    paired = set(trial.pairs["visit"])
    later = [(visit.label, visit.name) for visit in study.visits if visit.name in paired]
    options: dict[str, Any] = {
        "outcome": ([(each.label, each.name) for each in study.outcomes], study.outcomes[0].name),
        "variant": (list(study.outcomes[0].variants), "primary"),
        "visit": (later, study.analysis.followup_visit.value),
        "population": (
            [(each.label, each.name) for each in study.populations],
            study.analysis.population.value,
        ),
        "participant": (trial.participants["participant_id"].tolist(), None),
        "items_at": ([(baseline.label, baseline.name), *later], baseline.name),
    }
    return {
        name: ipywidgets.Dropdown(
            options=choices, value=value or choices[0], description=name.replace("_", " ")
        )
        for name, (choices, value) in options.items()
    }
