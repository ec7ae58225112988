"""Write items by hand, and read single scores."""

import dataclasses

import pandas as pd

from analysis.instruments.capillaroscopy import GRADED
from analysis.instruments.cochin import COCHIN_ITEMS
from analysis.instruments.definition import FINGERS
from analysis.instruments.haq import HAQ_CATEGORIES, HAQ_SUPPORTS
from analysis.instruments.mrss import MRSS_SITES
from analysis.instruments.scores import pair_scores, score_items
from analysis.plan import Setting
from analysis.study import load_study

STUDY = load_study()
TEXT = ["participant_id", "visit", "instrument", "item", "location", "occasion"]


def change_study(**scoring):
    changed = {name: Setting(value, "assumed") for name, value in scoring.items()}
    return dataclasses.replace(STUDY, scoring=dataclasses.replace(STUDY.scoring, **changed))


def change_variants(outcome, **variants):
    outcomes = [
        dataclasses.replace(each, variants=variants) if each.name == outcome else each
        for each in STUDY.outcomes
    ]
    return dataclasses.replace(STUDY, outcomes=tuple(outcomes))


def write_items(answers, *, participant="SIM-01", visit="baseline"):
    """Make items from {"instrument/item/location/occasion": value, or the missing reason}."""
    rows = []
    for key, answer in answers.items():
        parts = [*key.split("/", 3), "", "", ""][:4]
        missing = isinstance(answer, str)
        rows.append(
            [participant, visit, *parts, None if missing else answer, answer if missing else ""]
        )
    frame = pd.DataFrame(rows, columns=[*TEXT, "value", "missing_reason"])
    frame["value"] = frame["value"].astype("float64")
    return frame.assign(text="", unit="", source="redcap_export.csv:form:field")


def join_items(*frames):
    return pd.concat(frames, ignore_index=True)


def score_answers_by_hand(answers, study=STUDY):
    """Score one visit; rows by (outcome, variant, component)."""
    scores = score_items(write_items(answers), study)
    return scores.set_index(["outcome", "variant", "component"])


def read_score(answers, outcome, variant="primary", component="total", study=STUDY):
    return score_answers_by_hand(answers, study).loc[(outcome, variant, component)]


def pair_visits(study=STUDY, **visits):
    """Return the pairs of one person by (variant, component), from the answers at visits."""
    items = join_items(*(write_items(answers, visit=visit) for visit, answers in visits.items()))
    pairs = pair_scores(score_items(items, study), items, study)
    return pairs.set_index(["variant", "component"], drop=False).sort_index()


def mrss(default=0, **sites):
    """Return 17 sites; a keyword as fingers_right changes one."""
    values = dict.fromkeys(MRSS_SITES, default)
    for name, value in sites.items():
        site, _, side = name.rpartition("_")
        values[f"{site}/{side}" if side in ("right", "left") else name] = value
    return {f"mrss/{site}": value for site, value in values.items() if value is not None}


def cochin(default=0, **items):
    return {
        f"cochin/{item}": value
        for item, value in (dict.fromkeys(COCHIN_ITEMS, default) | items).items()
    }


def haq(*categories, **items):
    """Return 20 items, the first of each category as given, the others 0, and unticked boxes."""
    values = dict.fromkeys(HAQ_SUPPORTS, 0)
    for category, value in zip(HAQ_CATEGORIES, categories or [0] * 8, strict=True):
        values |= dict.fromkeys(category.items, "not_done" if value is None else 0)
        if value is not None:
            values[category.items[0]] = value
    return {f"haq/{item}": value for item, value in (values | items).items()}


def shaq(mark=75, line=150, **scales):
    """Return six marks in mm and the length of the line."""
    names = ("pain", "raynaud", "ulcers", "intestinal", "breathing", "overall")
    values = {f"vas_{name}": mark for name in names} | {"line_length": line} | scales
    return {f"shaq/{name}": value for name, value in values.items() if value is not None}


def diary(*ratings, first_day=1):
    """Return ratings of the days before the visit, the day before first."""
    return {f"raynaud/rating//{day:02d}": r for day, r in enumerate(ratings, first_day)}


def circumference(*sizes):
    """Return sizes of right_2 to left_5; None leaves a finger out."""
    return {
        f"finger_circumference/circumference/{finger}": size
        for finger, size in zip(FINGERS, sizes, strict=True)
        if size is not None
    }


def field(finger, place="reader_a/field_1", *, default=0, **items):
    """Return one reading of a field: six graded items and density."""
    values = dict.fromkeys(GRADED, default) | {"density": 6} | items
    return {f"capillaroscopy/{item}/{finger}/{place}": value for item, value in values.items()}


def fields(fingers=FINGERS, place="reader_a/field_1", **items):
    return {
        key: value for finger in fingers for key, value in field(finger, place, **items).items()
    }
