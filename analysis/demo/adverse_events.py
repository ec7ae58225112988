"""Adverse events: few, minor, none serious; terms are plain words of our own."""

import numpy as np
import pandas as pd

from analysis.demo.texts import clock, dates, whole, yes
from analysis.demo.treatment import STAY_PLANNED

EARLY_EVENT = 6

# Term, coded term, class, earliest and latest study day, days it lasts, grade, relation to
# liposuction, injection, product and disease (REDCap codes), action. Plain words of our own.
EVENTS = (
    ("Tingling around the liposuction site", "Paraesthesia", "Nervous system", 0, 3, 14,
     1, "3100", "None"),
    ("Dizzy after lidocaine", "Dizziness", "Nervous system", 0, 0, 1, 1, "3000", "Rest"),
    ("Fingers pale for some minutes", "Pallor", "Vascular", 0, 0, 1, 1, "0312", "Warming"),
    ("Bruise at the liposuction site", "Bruising", "Skin", 0, 2, 10, 1, "4000", "None"),
    ("Pain in the injected fingers", "Finger pain", "Musculoskeletal", 0, 2, 4, 2,
     "0321", "Analgesic"),
    ("Swollen fingers", "Finger swelling", "Skin", 0, 1, 6, 1, "0320", "None"),
    ("Common cold", "Nasopharyngitis", "Infection", 15, 65, 6, 1, "0000", "None"),
    ("Headache", "Headache", "Nervous system", 5, 60, 2, 1, "0101", "Analgesic"),
)  # fmt: skip
EARLY = ("Common cold", "Nasopharyngitis", "Infection", "0000", "None")
ULCER = ("New ulcer of a finger", "Digital ulcer", "Skin", "0113", "Dressing")
RELATIONS = ("ae_rel_lipo", "ae_rel_inj", "ae_rel_product", "ae_rel_disease")


def make_adverse_events(cohort, ulcers):
    """Return the repeating form `adverse_event`: one or two per participant, none serious.

    One in seven has an event before the procedure, one in seven a dizziness on a planned
    overnight stay; every new ulcer is reported.
    """
    rng, size = cohort.rng("adverse events"), cohort.size
    first = rng.integers(0, len(EVENTS), size)
    first = np.where(cohort.every_seventh(STAY_PLANNED), 1, first)
    second = (first + rng.integers(1, len(EVENTS), size)) % len(EVENTS)
    twice = np.flatnonzero((rng.random(size) < 0.4) & ~cohort.every_seventh(EARLY_EVENT))
    parts = [_early_events(cohort, rng)]
    parts.append(_common_events(cohort, rng, np.arange(size), first))
    parts.append(_common_events(cohort, rng, twice, second[twice]))
    parts.append(_ulcer_events(cohort, rng, np.flatnonzero(ulcers.new_week_12.any(axis=1))))
    rows = pd.concat(parts, ignore_index=True)
    rows = rows.sort_values(["who", "ae_start"], kind="stable", ignore_index=True)
    return rows.assign(
        ae_dict="none",
        ae_dict_version="",
        ae_ongoing="0",
        ae_scale="CTCAE",
        ae_scale_version="5.0",
        ae_serious="0",
        ae_serious_why="",
        ae_outcome="1",
        ae_withdrawal="0",
        ae_worsening="0",
    )


def _common_events(cohort, rng, who, picks):
    term, coded, kind, low, high, length, grade, relations, action = (
        (np.array(column) for column in zip(*(EVENTS[pick] for pick in picks), strict=True))
        if len(picks)
        else ([],) * 9
    )
    start = rng.integers(low, np.asarray(high) + 1) if len(picks) else np.array([], dtype=int)
    duration = np.maximum(1, np.round(np.asarray(length) * rng.uniform(0.6, 1.4, len(picks))))
    planned = cohort.every_seventh(STAY_PLANNED)[who] & (np.asarray(coded) == "Dizziness")
    minutes = rng.integers(13 * 60, 20 * 60, len(picks))
    return _rows(cohort, who, term, coded, kind, start, duration, grade, relations, action).assign(
        ae_start_time=clock(minutes), ae_planned_stay=yes(planned)
    )


def _early_events(cohort, rng):
    who = np.flatnonzero(cohort.every_seventh(EARLY_EVENT))
    start = -rng.integers(6, 12, len(who))
    return _fixed_rows(cohort, who, EARLY, start, np.full(len(who), 4), 1)


def _ulcer_events(cohort, rng, who):
    start = rng.integers(45, 66, len(who))
    return _fixed_rows(cohort, who, ULCER, start, np.full(len(who), 12), 2)


def _fixed_rows(cohort, who, event, start, duration, grade):
    term, coded, kind, relations, action = (np.full(len(who), word) for word in event)
    grades = np.full(len(who), grade)
    rows = _rows(cohort, who, term, coded, kind, start, duration, grades, relations, action)
    return rows.assign(ae_start_time="", ae_planned_stay="0")


def _rows(cohort, who, term, coded, kind, start, duration, grade, relations, action):
    days = cohort.days["procedure"][who] + np.asarray(start, dtype="int64")
    related = np.array([list(codes) for codes in relations], dtype="object").reshape(-1, 4)
    return pd.DataFrame(
        {
            "who": who,
            "ae_term": term,
            "ae_coded": coded,
            "ae_class": kind,
            "ae_start": dates(days),
            "ae_stop": dates(days + np.asarray(duration, dtype="int64") - 1),
            "ae_grade": whole(grade),
            **{name: related[:, k] for k, name in enumerate(RELATIONS)},
            "ae_action": action,
        },
        dtype="object",
    ).astype({"who": "int64"})
