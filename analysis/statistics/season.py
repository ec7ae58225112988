"""Season described, never adjusted for: cold worsens Raynaud's phenomenon by itself."""

from analysis.results import attempt
from analysis.statistics.moments import compute_mean
from analysis.statistics.sensitivity import make_writer

# Temperate northern climate; an assumption of the analysts.
COLDER_MONTHS = (10, 11, 12, 1, 2, 3)
SHIFTS = ("colder_to_colder", "colder_to_warmer", "warmer_to_colder", "warmer_to_warmer", "unknown")


def find_shifts(visits, *, baseline_visit, visit):
    """Say for each participant in which half of the year the two visits lay.

    Parameters
    ----------
    visits : pandas.DataFrame
        The table of that name; a date without a month counts as unknown.

    Returns
    -------
    pandas.Series
        One of `SHIFTS` by participant.
    """
    halves = {
        name: visits[visits["visit"] == name]
        .set_index("participant_id")["visit_date"]
        .map(_name_half)
        for name in (baseline_visit, visit)
    }
    people = sorted(set(visits["participant_id"]))
    first, second = (halves[name].reindex(people).fillna("") for name in (baseline_visit, visit))
    shifts = first + "_to_" + second
    return shifts.where((first != "") & (second != ""), "unknown")


def summarise_season(pairs, visits, outcome, study, context, *, visit):
    """Return number and mean change of the participants by shift of season.

    Parameters
    ----------
    pairs : pandas.DataFrame
        Pairs of the outcome.
    visits, outcome, study, context, visit
        As elsewhere.
    """
    shifts = find_shifts(visits, baseline_visit=study.analysis.baseline_visit.value, visit=visit)
    of_pairs = pairs["participant_id"].map(shifts).fillna("unknown")
    rows = []
    for shift in SHIFTS:
        change = pairs.loc[of_pairs == shift, "change"]
        writer = make_writer(
            outcome,
            context,
            n=len(change),
            visit=visit,
            qualifier=f"season.{shift}",
            group=shift,
        )
        mean, reason = attempt(compute_mean, change)
        rows += [
            writer.count("n_pairs", len(change), method="colder half: October to March"),
            writer.score("mean_change", mean, method="description", warning=reason),
        ]
    return rows


def _name_half(date):
    month = date[5:7]
    if not month.isdigit():
        return ""
    return "colder" if int(month) in COLDER_MONTHS else "warmer"
