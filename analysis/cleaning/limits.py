"""Limits of the instruments, for a dictionary that states none.

Sources: the instruments' own scales (mRSS sites 0 to 3, Kapandji 0 to 10 per hand, Cochin items
0 to 5, HAQ items 0 to 3, gradings of capillaroscopy 0 to 3); a finger measures 35 to 85 mm.
"""

import itertools

_COCHIN = [
    f"{group}_{number}"
    for group, last in (
        ("kitchen", 8),
        ("dressing", 2),
        ("hygiene", 2),
        ("office", 2),
        ("other", 4),
    )
    for number in range(1, last + 1)
]
_HAQ = [
    f"{group}_{number}"
    for group, last in zip(
        ("dress", "arise", "eat", "walk", "hygiene", "reach", "grip", "activity"),
        (2, 2, 3, 2, 3, 2, 3, 3),
        strict=True,
    )
    for number in range(1, last + 1)
]
_SITES = (
    "face", "anterior_chest", "abdomen", "upper_arm", "forearm", "hand_dorsum", "fingers",
    "thigh", "lower_leg", "foot_dorsum",
)  # fmt: skip
_GRADINGS = ("loss", "disorganisation", "ramified", "enlarged", "giants", "haemorrhages")

LIMITS = dict(
    itertools.chain(
        ((("mrss", site), (0, 3)) for site in _SITES),
        ((("cochin", item), (0, 5)) for item in _COCHIN),
        ((("haq", item), (0, 3)) for item in _HAQ),
        ((("capillaroscopy", item), (0, 3)) for item in _GRADINGS),
    )
) | {
    ("mrss", "recorded_total"): (0, 51),
    ("cochin", "recorded_total"): (0, 90),
    ("kapandji", "opposition"): (0, 10),
    ("raynaud", "rating"): (0, 10),
    ("raynaud", "clinic_rating"): (0, 10),
    ("hand_pain", "vas"): (0, 100),
    ("capillaroscopy", "density"): (0, 15),
    ("capillaroscopy", "n_giants"): (0, 50),
    ("capillaroscopy", "n_haemorrhages"): (0, 50),
    ("capillaroscopy", "pattern"): (0, 4),
    ("finger_circumference", "circumference"): (35, 85),
}

# Kinds of the items that files without a dictionary hold; any other is text.
KINDS = {
    ("raynaud", "rating"): "integer",
    ("capillaroscopy", "read_order"): "integer",
    ("capillaroscopy", "n_giants"): "integer",
    ("capillaroscopy", "n_haemorrhages"): "integer",
    ("capillaroscopy", "pattern"): "integer",
    ("capillaroscopy", "density"): "number",
    ("capillaroscopy", "read_date"): "date",
    ("capillaroscopy", "comment"): "notes",
    **{("capillaroscopy", item): "integer" for item in _GRADINGS},
}
