"""One score of one outcome: every participant's line, one of them in front."""

from analysis.reporting.figure import use_style
from analysis.reporting.figures.slopes import add_legend, draw_slopes, name_directions
from analysis.reporting.labels import label_part


def draw_single(pairs, outcome, study, *, visit, variant="primary", participant=""):
    """Draw the pairs of one score from baseline to a visit.

    Parameters
    ----------
    pairs : pandas.DataFrame
        Pairs of one score, variant and visit, sorted by participant.
    outcome : analysis.study.Outcome
    study : analysis.study.Study
        Labels of the visits.
    visit, variant : str
        What the pairs are of.
    participant : str, optional
        Whose line is drawn in front, with a halo.

    Returns
    -------
    tuple
        The figure and its alternative text.
    """
    plt = use_style()
    visits = study.visit(study.analysis.baseline_visit.value).label, study.visit(visit).label
    figure, axes = plt.subplots(figsize=(5.6, 3.9))
    name = outcome.label if variant == "primary" else f"{outcome.label}: {label_part(variant)}"
    axes.set_title(name, loc="left", weight="bold")
    axes.set_ylabel(f"{outcome.label} ({outcome.unit})")
    own = pairs[pairs["participant_id"] == participant]
    for first, last in zip(own["baseline"], own["followup"], strict=True):
        axes.plot((0, 1), (first, last), lw=9, color="#F0E442", alpha=0.7, zorder=0)
    figure.tight_layout(rect=(0, 0.08, 1, 1))
    draw_slopes(axes, pairs, outcome, visits, size=6)
    directions = name_directions(pairs, outcome)
    add_legend(figure, set(directions))
    counts = ", ".join(f"{directions.count(each)} {each}" for each in dict.fromkeys(directions))
    alt = (
        f"{name} of {len(pairs)} participants, a line each from {visits[0].lower()} to "
        f"{visits[1].lower()}: {counts or 'nobody has both scores'}."
    )
    return figure, alt
