"""How many reached a published threshold, beside how many noise alone would give."""

from analysis.reporting.table import Table, cell_of


def make_thresholds_table(results, study):
    """Make the table of published group-level thresholds, an outcome a row.

    Parameters
    ----------
    results : pandas.DataFrame
        As `analysis.statistics.efficacy.summarise_efficacy` returns them.
    study : analysis.study.Study

    Returns
    -------
    analysis.reporting.table.Table
    """
    rows = []
    for outcome in study.outcomes:
        score, threshold = f"efficacy.{outcome.name}", outcome.threshold
        reached = cell_of(results, f"{score}.n_reached_mid")
        pairs = cell_of(results, f"{score}.n_pairs")
        if threshold is None:
            rows.append((outcome.label, reached, "", pairs, "", ""))
            continue
        expected = cell_of(results, f"{score}.expected_by_noise")
        if threshold.measurement_error is not None:
            share = cell_of(results, f"{score}.noise_share")
            expected = (expected, " (chance of each: ", share, ")")
        rows.append(
            (
                outcome.label,
                f"{threshold.value:g} {outcome.unit}",
                threshold.population,
                pairs,
                reached,
                expected,
            )
        )
    columns = (
        "Outcome",
        "Published improvement",
        "Derived in",
        "Pairs",
        "Participants who reached it",
        "Participants expected by noise alone",
    )
    notes = (
        "These are values for the mean of a group, no cut-offs for one person.",
        "Noise alone: nobody changes, and two measurements differ by their published errors, "
        "taken as normal, on the grid of the score.",
    )
    return Table(columns, tuple(rows), notes=notes, numeric=False)
