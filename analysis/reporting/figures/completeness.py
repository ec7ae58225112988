"""Which forms were filled in at which visit, as a grid."""

from analysis.reporting.figure import COLOURS, use_style

ROW, WIDTH, TOP = 0.24, 6.5, 0.9


def draw_completeness(completeness, study):
    """Draw the share of due forms that were filled in.

    Parameters
    ----------
    completeness : pandas.DataFrame
        `form, visit, due, filled`, as `analysis.cleaning` counts them.
    study : analysis.study.Study
        Order and labels of the visits.

    Returns
    -------
    figure : matplotlib.figure.Figure
        One cell per form and visit with filled of due; the darker, the more are missing.
    alt : str
        How many forms were due and filled, and where the most are missing.
    """
    plt = use_style()
    labels = {visit.name: visit.label for visit in study.visits}
    visits = [name for name in labels if name in set(completeness["visit"])]
    forms = list(dict.fromkeys(completeness["form"]))
    figure, axes = plt.subplots(figsize=(WIDTH, TOP + ROW * len(forms)))
    for row in completeness.itertuples():
        at = visits.index(row.visit), forms.index(row.form)
        missing = 1 - row.filled / row.due
        axes.add_patch(
            plt.Rectangle(
                (at[0] - 0.47, at[1] - 0.42),
                0.94,
                0.84,
                facecolor=COLOURS["worse"],
                alpha=0.06 + 0.94 * missing,
                linewidth=0,
            )
        )
        colour = "white" if missing > 0.5 else "black"
        axes.text(
            *at, f"{row.filled}/{row.due}", ha="center", va="center", fontsize=8, color=colour
        )
    axes.set_xlim(-0.5, len(visits) - 0.5)
    axes.set_ylim(len(forms) - 0.5, -0.5)
    axes.set_xticks(range(len(visits)), [labels[name] for name in visits])
    axes.set_yticks(range(len(forms)), [form.replace("_", " ") for form in forms])
    axes.xaxis.tick_top()
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    axes.set_title("Forms filled in, of those due", loc="left", pad=22)
    figure.tight_layout()
    return figure, _describe(completeness, labels)


def _describe(completeness, labels):
    due, filled = int(completeness["due"].sum()), int(completeness["filled"].sum())
    told = f"Forms by visit: of {due} forms due, {filled} were filled in."
    short = completeness[completeness["filled"] < completeness["due"]]
    gaps = [
        f"{row.form.replace('_', ' ')} at {labels[row.visit]} ({row.filled} of {row.due})"
        for row in short.itertuples()
    ]
    return f"{told} Missing are {', '.join(gaps)}." if gaps else f"{told} None is missing."
