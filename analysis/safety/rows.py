"""Turn counts of adverse events into rows of results."""

import re
import unicodedata

from analysis.results import format_number, format_percent, make_result

METHOD = "Clopper-Pearson interval"
NOT_RECORDED = "not_recorded"
COUNTS = ("n", "events")
STATISTICS = (*COUNTS, "participants", "share", "share_low", "share_high", "interval")
INTERVAL = ("share_low", "share_high", "interval")
UNKNOWN = "not estimable"


def slugify(text):
    """Make a part of a result's id from a text; an empty text gives ``not_recorded``.

    Examples
    --------
    >>> slugify("Injection-site swelling"), slugify("")
    ('injection_site_swelling', 'not_recorded')
    """
    plain = unicodedata.normalize("NFKC", text).lower()
    return re.sub(r"\W+", "_", plain).strip("_") or NOT_RECORDED


def slug_texts(texts):
    """Return a slug for every different text; equal slugs are numbered in order of the texts."""
    slugs, seen = {}, {}
    for text in sorted(set(texts)):
        slug = slugify(text)
        seen[slug] = seen.get(slug, 0) + 1
        slugs[text] = slug if seen[slug] == 1 else f"{slug}_{seen[slug]}"
    return slugs


def format_count(k, n, high=None):
    """Print k of n participants; if k is 0, with the upper bound of the share.

    Examples
    --------
    >>> format_count(2, 7), format_count(0, 7, 0.40962)
    ('2 of 7 (29\\xa0%)', '0 of 7; upper bound 41\\xa0%')
    """
    if not n:
        return "0 of 0"
    if k == 0 and high is not None:
        return f"0 of {n}; upper bound {format_percent(high)}"
    return f"{k} of {n} ({format_percent(k / n)})"


def find_upper_bound(k, n, *, confidence=0.95):
    """Return the upper Clopper-Pearson limit of k of n, or None if n is 0."""
    from analysis.statistics.proportions import clopper_pearson

    return clopper_pearson(k, n, confidence=confidence).high if n else None


def make_count_rows(context, outcome, summary, *, qualify=None, group=None, statistics=STATISTICS):
    """Make the results of a summary of adverse events.

    Parameters
    ----------
    context : analysis.results.Context
    outcome : str or callable
        Second part of the ids, or a function from a row of the summary to it.
    summary : pandas.DataFrame
        As `analysis.safety.counts.summarise_adverse_events` returns it.
    qualify : callable, optional
        From a row of the summary to the qualifier of its ids.
    group : str, optional
        Column with the arms; each becomes the last part of the qualifier.
    statistics : sequence of str
        Which of `STATISTICS` to make; `n` is the bare number of participants,
        `participants` prints it with its denominator.

    Returns
    -------
    list of dict
    """
    rows = []
    for record in summary.to_dict("records"):
        name = outcome(record) if callable(outcome) else outcome
        arm = str(record[group]) if group else ""
        parts = [qualify(record) if qualify else "", slugify(arm) if arm else ""]
        qualifier = ".".join(part for part in parts if part)
        for statistic, value, text in _print_counts(record):
            if statistic in statistics:
                rows.append(
                    make_result(
                        context,
                        name,
                        statistic,
                        value,
                        text,
                        qualifier=qualifier,
                        group=arm,
                        unit="participants" if statistic in ("n", "participants") else "",
                        n=record["denominator"],
                        method=METHOD if statistic in INTERVAL else "",
                    )
                )
    return rows


def _print_counts(record):
    k, n = record["participants"], record["denominator"]
    shares = [record[name] if n else None for name in ("share", "share_low", "share_high")]
    share, low, high = (format_percent(value) if n else UNKNOWN for value in shares)
    return (
        ("n", k, format_number(k, 0)),
        ("events", record["events"], format_number(record["events"], 0)),
        ("participants", k, format_count(k, n, record["share_high"])),
        ("share", shares[0], share),
        ("share_low", shares[1], low),
        ("share_high", shares[2], high),
        ("interval", None, f"{low} to {high}" if n else UNKNOWN),
    )
