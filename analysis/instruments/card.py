"""An instrument's card: everything that its definition says, as rows for print."""

BASES = {
    "found": "found in a published source",
    "recalled": "recalled, to be verified",
    "decided": "decided by the analysts",
}


def make_card(instrument):
    """Return the card of an instrument.

    Parameters
    ----------
    instrument : Instrument

    Returns
    -------
    tuple of tuple of str
        Rows of a heading and a text; a row of one text heads those that follow, as the
        printed tables of the report take it.
    """
    return (
        ("Definition",),
        ("Measures", instrument.measures),
        ("Rated by", instrument.rated_by),
        ("Recall", instrument.recall),
        ("Anchors", instrument.anchors),
        ("Better", instrument.better),
        ("Scoring", instrument.scoring_rule),
        ("Missing items", instrument.missing_rule),
        ("Licence", instrument.licence),
        ("Items",),
        *((item.name, _join(item.label, *_limits(item))) for item in instrument.items),
        ("Variants",),
        *_variant_rows(instrument.variants),
        ("Published thresholds",),
        *(
            (
                threshold.kind,
                _join(
                    threshold.value,
                    f"{threshold.level} level",
                    threshold.population,
                    threshold.source,
                ),
            )
            for threshold in instrument.thresholds
        ),
        *([] if instrument.thresholds else [("none", "no published threshold is known")]),
        ("Sources",),
        *((source.citation, BASES[source.basis]) for source in instrument.sources),
    )


def format_card(instrument):
    """Return the card as plain text."""
    lines = [f"{instrument.label} ({instrument.name})"]
    for row in make_card(instrument):
        if len(row) == 1:
            lines += ["", row[0]]
        else:
            lines.append(f"  {row[0]}: {row[1]}")
    return "\n".join(lines)


def format_catalogue(instruments):
    """Return one line per instrument: name, label, range of its first variant, what is better."""
    width = max(len(instrument.name) for instrument in instruments)
    return "\n".join(
        f"{instrument.name:{width}}  {instrument.label} "
        f"({format_range(instrument.variants[0].low, instrument.variants[0].high)}, "
        f"better: {instrument.better})"
        for instrument in instruments
    )


def _variant_rows(variants):
    shown = ()
    for variant in variants:
        pair = "a pair of visits uses what both have" if variant.matched else ""
        same = "same components" if variant.components and variant.components == shown else ""
        yield (
            variant.name,
            _join(variant.label, format_range(variant.low, variant.high), pair, same),
        )
        for component in () if same else variant.components:
            better = f"better: {component.better}" if component.better else ""
            label = _join(component.label, format_range(component.low, component.high), better)
            yield (f"{variant.name}, {component.name}", label)
        shown = variant.components


def _limits(item):
    if not item.text:
        yield format_range(item.low, item.high, item.unit)
    if any(item.locations):
        yield ", ".join(place.replace("_", " ") or "both sides in one" for place in item.locations)


def format_range(low, high, unit=""):
    """Return limits as text, "" where there are none; a name stands for a setting of study.yml."""
    if low is None and high is None:
        return ""
    top = f"study.yml, {high}" if isinstance(high, str) else high
    span = f"{low:g} or more" if high is None else f"{low:g} to {top}"
    return f"{span} {unit}".strip()


def _join(*parts):
    return "; ".join(part for part in parts if part)
