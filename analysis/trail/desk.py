"""An analyst's desk in a notebook: choose, see, copy the code, save."""

import ast
import string

from pandas import DataFrame

from analysis.errors import AnalysisError
from analysis.reporting.figure import save_figure
from analysis.trail.shown import Code, Picture, Sheet, save_sheets

FOLDER = "explore"
# What a view runs; its last line is what is seen.
CODE = {
    "picture": """\
from analysis.trail.views import draw_outcome

figure, alt = draw_outcome(
    trial, {outcome!r}, visit={visit!r}, variant={variant!r},
    population={population!r}, participant={participant!r},
)
figure""",
    "statistics": """\
from analysis.trail.views import state_outcome

state_outcome(
    trial, {outcome!r}, visit={visit!r}, variant={variant!r},
    population={population!r},
)""",
    "course": """\
from analysis.trail.views import tell_course

tell_course(trial, {participant!r})""",
    "items": """\
from analysis.trail.views import open_score

open_score(
    trial, {outcome!r}, variant={variant!r},
    participant={participant!r}, visit={items_at!r},
)""",
    "changes": """\
from analysis.trail.views import open_changes, open_score

cells = open_score(
    trial, {outcome!r}, variant={variant!r},
    participant={participant!r}, visit={items_at!r},
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


def list_choices(view):
    """Return the names of the choices that a view depends on, in the order of its code."""
    fields = (field for _, field, _, _ in string.Formatter().parse(CODE[view]))
    return [name for name in dict.fromkeys(fields) if name]


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

    def show(self, view):
        """Show a view below its controls and its code, and keep all three in step."""
        from IPython.display import DisplayHandle, display

        display(self._lay_out_controls(view))
        code = write_code(view, self.choices)
        above, below = DisplayHandle(), DisplayHandle()
        above.display(Code(code))
        below.display(self._run(code))
        self._shown[view] = (code, above, below)

    def save(self, view):
        """Save what a view shows, and return where.

        A picture becomes SVG and PNG with its alternative text, a table CSV, a course a folder
        of tables; what was chosen stands in the name.
        """
        shown, names = run_code(write_code(view, self.choices), self.trial)
        name = "_".join([view, *(self.choices[each] for each in list_choices(view))])
        if view != "picture":
            return save_sheets(shown, self.outputs / "tables", name)
        save_figure(shown, name, self.outputs, alt=names["alt"], provenance=self.trial.provenance)
        return self.outputs / "figures" / f"{name}.png"

    def _lay_out_controls(self, view):
        import ipywidgets

        button, told = ipywidgets.Button(description="Save"), ipywidgets.Label()
        button.on_click(lambda _: setattr(told, "value", self._tell_saved(view)))
        controls = [self.controls[name] for name in list_choices(view)]
        return ipywidgets.Box(
            [*controls, button, told], layout=ipywidgets.Layout(flex_flow="row wrap")
        )

    def _tell_saved(self, view):
        try:
            return f"Saved: {self.save(view)}"
        except AnalysisError as error:
            return str(error)

    def _run(self, code):
        from IPython.display import Markdown
        from matplotlib import pyplot as plt

        try:
            shown, names = run_code(code, self.trial)
        except AnalysisError as error:
            return Markdown(str(error))
        if "figure" in names:
            shown = Picture(shown, names["alt"])
            plt.close("all")
        return Sheet(shown) if isinstance(shown, DataFrame) else shown

    def _follow(self, change):
        """Bring up to date what a control has changed, and only that."""
        if change["owner"] is self.controls["outcome"]:
            self._offer_variants()
        for view, (before, above, below) in self._shown.items():
            code = write_code(view, self.choices)
            if code != before:
                self._shown[view] = (code, above, below)
                above.update(Code(code))
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
