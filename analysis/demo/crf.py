"""Put the simulated forms together as REDCap exports them."""

import pandas as pd

from analysis.demo import adverse_events, measures, medication, people, treatment, ulcers
from analysis.demo.cohort import ASSESSED
from analysis.demo.forms import exported_columns

VISITS = ("screening", "baseline", "procedure", "week_1", "week_4", "week_12", "unscheduled")
KEYS = ("record_id", "redcap_event_name", "redcap_repeat_instrument", "redcap_repeat_instance")
COMPLETE = "2"


def make_redcap_export(cohort, forms):
    """Simulate every form and lay them out in REDCap's flat export.

    Parameters
    ----------
    cohort : Cohort
    forms : pandas.DataFrame
        As `forms.read_forms` returns.

    Returns
    -------
    pandas.DataFrame
        One row per record and event, then one per instance of a repeating form; all text.
        Events without data have no row.
    """
    drawn = ulcers.draw_ulcers(cohort)
    rows = [
        _visit_rows(cohort.ids, visit, _visit_forms(cohort, forms, drawn, visit))
        for visit in VISITS[:-1]
    ]
    failed, failed_forms = people.make_screen_failures(cohort)
    rows.append(_visit_rows(failed, "screening", failed_forms))
    repeating = {("screening", "medication"): medication.make_medication(cohort)}
    repeating |= {
        (visit, "digital_ulcer"): frame
        for visit, frame in ulcers.make_ulcer_rows(cohort, drawn).items()
    }
    repeating["unscheduled", "adverse_event"] = adverse_events.make_adverse_events(cohort, drawn)
    rows += [
        _repeating_rows(cohort.ids, visit, form, frame)
        for (visit, form), frame in repeating.items()
    ]
    export = pd.concat(rows, ignore_index=True)
    columns = [*KEYS, *_layout(forms)]
    export["order"] = export["redcap_event_name"].map(
        {f"{visit}_arm_1": place for place, visit in enumerate(VISITS)}
    )
    export["instance"] = pd.to_numeric(export["redcap_repeat_instance"]).fillna(0)
    # Screening failures have later record ids than participants.
    export["failed"] = export["record_id"].str.contains("-S")
    order = ["failed", "record_id", "order", "redcap_repeat_instrument", "instance"]
    export = export.sort_values(order, kind="stable", ignore_index=True, na_position="first")
    return export.reindex(columns=columns).astype("object").fillna("")


def _visit_forms(cohort, forms, drawn, visit):
    """Return the forms of one visit that do not repeat, as forms.csv plans them."""
    makers = {
        "visit": lambda: people.make_visit(
            cohort, visit, drawn.active(visit).any(axis=1) if visit in ASSESSED else None
        ),
        "consent": lambda: people.make_consent(cohort),
        "demographics": lambda: people.make_demographics(cohort, drawn.baseline.any(axis=1)),
        "laboratory": lambda: people.make_laboratory(cohort, visit),
        "mrss": lambda: measures.make_mrss(cohort, visit),
        "raynaud": lambda: measures.make_raynaud(cohort, visit),
        "hand_pain": lambda: measures.make_hand_pain(cohort, visit),
        "kapandji": lambda: measures.make_kapandji(cohort, visit),
        "cochin": lambda: measures.make_cochin(cohort, visit),
        "shaq": lambda: measures.make_shaq(cohort, visit),
        "circumference": lambda: measures.make_circumference(cohort, visit),
        "procedure": lambda: treatment.make_procedure(cohort),
        "local_reaction": lambda: treatment.make_local_reaction(cohort, visit),
        "disposition": lambda: people.make_disposition(cohort),
    }
    planned = forms[forms["events"].str.split().map(lambda names: visit in names)]
    names = [name for name in dict.fromkeys(planned["form"]) if name in makers]
    if visit == "screening":
        names.remove("disposition")
    return {name: makers[name]() for name in names}


def _visit_rows(ids, visit, filled):
    complete = {f"{name}_complete": COMPLETE for name in filled}
    frame = pd.concat(filled.values(), axis=1).assign(**complete)
    keys = pd.DataFrame({"record_id": ids, "redcap_event_name": f"{visit}_arm_1"})
    return pd.concat([keys, frame], axis=1)


def _repeating_rows(ids, visit, form, frame):
    keys = {
        "record_id": ids[frame["who"].to_numpy(dtype="int64")],
        "redcap_event_name": f"{visit}_arm_1",
        "redcap_repeat_instrument": form,
        "redcap_repeat_instance": (frame.groupby("who").cumcount() + 1).astype("str"),
        f"{form}_complete": COMPLETE,
    }
    return frame.drop(columns="who").assign(**keys)


def _layout(forms):
    inside = forms[~forms["form"].str.endswith(".csv")]
    columns = []
    for form in dict.fromkeys(inside["form"]):
        columns += [name for name in exported_columns(forms, form) if name != "record_id"]
        columns.append(f"{form}_complete")
    return columns
