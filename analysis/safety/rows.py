"""Turn counts of adverse events into rows of results."""

import re
import unicodedata

from analysis.results import NOT_ESTIMABLE, ResultWriter, format_count, format_percent

METHOD = "Clopper-Pearson interval"
NOT_RECORDED = "not_recorded"
COUNTS = ("n", "events")
STATISTICS = (*COUNTS, "participants", "share", "share_low", "share_high", "interval")


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
        writer = ResultWriter(context, name, record["denominator"], qualifier=qualifier, group=arm)
        rows += [row for row in _write_counts(writer, record) if row["statistic"] in statistics]
    return rows


def _write_counts(writer, record):
    k, n = record["participants"], record["denominator"]
    share, low, high = (
        record[name] if n else None for name in ("share", "share_low", "share_high")
    )
    interval = f"{format_percent(low)} to {format_percent(high)}" if n else NOT_ESTIMABLE
    return (
        writer.count("n", k),
        writer.number("events", record["events"], 0),
        writer.row("participants", k, format_count(k, n, high), unit="participants"),
        writer.percent("share", share),
        writer.percent("share_low", low, method=METHOD),
        writer.percent("share_high", high, method=METHOD),
        writer.row("interval", None, interval, method=METHOD),
    )
