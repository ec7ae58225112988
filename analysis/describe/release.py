"""Release tests and injections against their specification."""

import pandas as pd

from analysis.describe.exposure import FINGERS
from analysis.results import ResultWriter, format_number

TESTS = {
    "viability": "Viability",
    "endotoxin": "Endotoxin",
    "gram_stain": "Gram stain",
    "sterility": "Culture",
    "planned_fingers": "Planned fingers injected",
    "finger_volume": "Largest volume in a finger",
    "volumes": "Volumes add up",
}
STATES = {
    "within": "within specification",
    "outside": "out of specification",
    "contradicted": "recorded volumes contradict each other, which says nothing of the product",
    "unknown": "pending, not recorded or not injected",
}


def check_release(exposure, specification):
    """Hold every test of every participant against its criterion.

    Parameters
    ----------
    exposure : pandas.DataFrame
        As `analysis.describe.exposure.derive_exposure` returns it.
    specification : analysis.study.Specification

    Returns
    -------
    pandas.DataFrame
        One row per participant and test: `participant_id`, `test` (a key of `TESTS`),
        `criterion` and `result` as printed, `state` (a key of `STATES`).
    """
    viability = specification.viability_min_percent.value
    endotoxin = specification.endotoxin_max_eu_per_ml.value
    volume = specification.finger_volume_max_ml.value
    planned = [f"injected_{finger}_ml" for finger in specification.planned_fingers.value]
    largest = exposure[[f"injected_{finger}_ml" for finger in FINGERS]].max(axis=1)
    n_injected = (exposure[planned] > 0).sum(axis=1)
    untouched = exposure["n_fingers_injected"].fillna(0).eq(0)
    columns = (
        _check_number(
            "viability",
            exposure["viability_percent"],
            f"at least {viability} %",
            low=viability,
            decimals=1,
        ),
        _check_number(
            "endotoxin",
            exposure["endotoxin_eu_per_ml"],
            f"at most {endotoxin} EU/mL",
            high=endotoxin,
            decimals=2,
        ),
        _check_text("gram_stain", exposure["gram_stain"], "negative"),
        _check_text("sterility", exposure["sterility"], "no_growth"),
        _check_number(
            "planned_fingers",
            n_injected.mask(untouched).astype("float64"),
            f"all {len(planned)}",
            low=len(planned),
        ),
        _check_number(
            "finger_volume",
            largest.mask(untouched),
            f"at most {volume} mL",
            high=volume,
            decimals=2,
        ),
        _check_volumes(exposure["volumes_add_up"]),
    )
    checked = [frame.assign(participant_id=exposure["participant_id"]) for frame in columns]
    order = ["participant_id", "test", "criterion", "result", "state"]
    return pd.concat(checked, ignore_index=True)[order]


def describe_release(checks, context):
    """Make the results of the release tests.

    Returns
    -------
    list of dict
        Per test ``exposure.<test>_test.within.n`` (and the other states), and
        ``exposure.out_of_specification.n``, the participants with any test outside.
    """
    n = checks["participant_id"].nunique()
    rows = []
    for test in TESTS:
        states = checks.loc[checks["test"] == test, "state"]
        for state in STATES:
            writer = ResultWriter(context, f"{test}_test", n, qualifier=state)
            rows.append(writer.count("n", int((states == state).sum())))
    outside = checks.loc[checks["state"] == "outside", "participant_id"].nunique()
    return [*rows, ResultWriter(context, "out_of_specification", n).count("n", outside)]


def _check_number(test, values, criterion, *, low=None, high=None, decimals=0):
    bad = pd.Series(False, index=values.index)
    if low is not None:
        bad |= values < low
    if high is not None:
        bad |= values > high
    result = values.map(lambda value: format_number(value, decimals), na_action="ignore")
    return pd.DataFrame(
        {
            "test": test,
            "criterion": criterion,
            "result": result.astype("object").where(values.notna(), "not recorded"),
            "state": bad.map({True: "outside", False: "within"}).where(values.notna(), "unknown"),
        }
    )


def _check_text(test, values, wanted):
    unknown = values.isin(["", "pending"])
    state = values.eq(wanted).map({True: "within", False: "outside"})
    return pd.DataFrame(
        {
            "test": test,
            "criterion": wanted.replace("_", " "),
            "result": values.mask(values == "", "not recorded").str.replace("_", " "),
            "state": state.mask(unknown, "unknown"),
        }
    )


def _check_volumes(adds_up):
    checked = _check_text("volumes", adds_up, "yes")
    return checked.assign(state=checked["state"].replace("outside", "contradicted"))
