"""Words for names of study.yml that have no label of their own."""

NAMES = {"haq_di": "HAQ-DI"}
PROPER = {
    "vas": "VAS:",
    "haq": "HAQ",
    "mrss": "mRSS",
    "raynaud": "Raynaud",
    "followup": "follow-up",
}


def label_part(name):
    """Return the name of a variant, component or rule in words: ``VAS: pain``."""
    if name in NAMES:
        return NAMES[name]
    words = " ".join(PROPER.get(word, word) for word in name.split("_"))
    return words[0].upper() + words[1:]


def label_outcome(outcome):
    """Return an outcome's label with its unit, and the better direction where it is higher."""
    better = "; higher is better" if outcome.better == "higher" else ""
    return f"{outcome.label}, {outcome.unit}{better}"
