"""An analyst's desk in a notebook: choose, see, copy the code, save."""

import ast

from analysis.errors import AnalysisError
from analysis.reporting.figure import save_figure

FOLDER = "explore"
# What a view runs; its last line is what is seen.
CODE = {
    "picture": """\
from analysis.trail.views import draw_outcome

figure, alt = draw_outcome(
    trial, {outcome!r}, visit={visit!r}, variant={variant!r}, population={population!r},
    participant={participant!r},
)
figure""",
    "statistics": """\
from analysis.trail.views import state_outcome

state_outcome(
    trial, {outcome!r}, visit={visit!r}, variant={variant!r}, population={population!r}
)""",
    "course": """\
from analysis.trail.views import tell_course

tell_course(trial, {participant!r})""",
    "items": """\
from analysis.trail.views import open_score

open_score(
    trial, {outcome!r}, participant={participant!r}, visit={items_at!r}, variant={variant!r}
)""",
    "changes": """\
from analysis.trail.views import open_changes, open_score

cells = open_score(
    trial, {outcome!r}, participant={participant!r}, visit={items_at!r}, variant={variant!r}
)
open_changes(trial, cells)""",
}


def write_code(view, choices):
    """Return the code that makes a view, ready to be copied into a cell.

    Parameters
    ----------
    view : str
        A key of `CODE`.
    choices : dict of str
        outcome, variant, visit, population, participant, items_at.
    """
    return CODE[view].format(**choices)


def run_code(code, trial):
    """Run the code of a view, and return what its last line is and all its names."""
    tree = ast.parse(code)
    last = ast.Expression(tree.body.pop().value)
    names = {"trial": trial}
    exec(compile(tree, "<view>", "exec"), names)
    return eval(compile(last, "<view>", "eval"), names), names


class Desk:
    """Controls, and views that follow them; the code shown is the code that was run.

    Parameters
    ----------
    trial : analysis.trail.trial.Trial
    outputs : pathlib.Path
        Where pictures and tables are saved, in a folder of their own.
    """

    def __init__(self, trial, outputs):
        self.trial = trial
        self.outputs = outputs / FOLDER
        self.controls = _make_controls(trial)
        self._shown = {}
        for control in self.controls.values():
            control.observe(self._follow, names="value")

    @property
    def choices(self):
        """What is chosen now, by control."""
        return {name: control.value for name, control in self.controls.items()}

    def show_controls(self):
        """Return the controls and the buttons to be shown by a cell."""
        import ipywidgets

        told = ipywidgets.Label()
        buttons = []
        for text, save in (("Save picture", self.save_picture), ("Save tables", self.save_tables)):
            button = ipywidgets.Button(description=text)
            button.on_click(lambda _, save=save: setattr(told, "value", f"Saved: {save()}"))
            buttons.append(button)
        return ipywidgets.VBox([*self.controls.values(), ipywidgets.HBox([*buttons, told])])

    def show(self, view):
        """Show a view below its code, and keep both in step with the controls."""
        from IPython.display import DisplayHandle

        code = write_code(view, self.choices)
        above, below = DisplayHandle(), DisplayHandle()
        above.display(_print_code(code))
        below.display(self._run(code))
        self._shown[view] = (code, above, below)

    def save_picture(self):
        """Save the picture as SVG and PNG with its alternative text, and return the PNG's path."""
        _, names = run_code(write_code("picture", self.choices), self.trial)
        name = "_".join(self.choices[part] for part in ("outcome", "variant", "visit"))
        save_figure(
            names["figure"],
            name,
            self.outputs,
            alt=names["alt"],
            provenance=self.trial.provenance,
        )
        return self.outputs / "figures" / f"{name}.png"

    def save_tables(self):
        """Save what the other views show as CSV, and return the folder."""
        folder = self.outputs / "tables"
        folder.mkdir(parents=True, exist_ok=True)
        for view in ("statistics", "course", "items", "changes"):
            table, _ = run_code(write_code(view, self.choices), self.trial)
            parts = table if isinstance(table, dict) else {"": table}
            for part, frame in parts.items():
                name = f"{view}_{part}" if part else view
                frame.to_csv(folder / f"{name}.csv", encoding="utf-8", lineterminator="\n")
        return folder

    def _run(self, code):
        from matplotlib import pyplot as plt

        try:
            shown, _ = run_code(code, self.trial)
        except AnalysisError as error:
            return str(error)
        plt.close("all")
        return shown

    def _follow(self, change):
        """Bring up to date what a control has changed, and only that."""
        if change["owner"] is self.controls["outcome"]:
            self._offer_variants()
        for view, (before, above, below) in self._shown.items():
            code = write_code(view, self.choices)
            if code != before:
                self._shown[view] = (code, above, below)
                above.update(_print_code(code))
                below.update(self._run(code))

    def _offer_variants(self):
        outcome = self.trial.study.outcome(self.controls["outcome"].value)
        self.controls["variant"].options = list(outcome.variants)


def _make_controls(trial):
    import ipywidgets

    study = trial.study
    baseline = study.analysis.baseline_visit.value
    visits = {visit.label: visit.name for visit in study.visits}
    later = {label: name for label, name in visits.items() if name in set(trial.pairs["visit"])}
    people = {each.label: each.name for each in study.populations}
    options = {
        "outcome": ({each.label: each.name for each in study.outcomes}, study.outcomes[0].name),
        "variant": (list(study.outcomes[0].variants), "primary"),
        "visit": (later, study.analysis.followup_visit.value),
        "population": (people, study.analysis.population.value),
        "participant": (trial.participants["participant_id"].tolist(), None),
        "items_at": ({study.visit(baseline).label: baseline, **later}, baseline),
    }
    return {
        name: ipywidgets.Dropdown(
            options=list(choices.items()) if isinstance(choices, dict) else choices,
            value=value or choices[0],
            description=name.replace("_", " "),
        )
        for name, (choices, value) in options.items()
    }


def _print_code(code):
    from IPython.display import Markdown

    return Markdown(f"```python\n{code}\n```")
