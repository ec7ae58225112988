"""The case report form: its fields, and the simulated forms as REDCap exports them.

Fields are described only in forms.csv; the dictionary and the field map are derived from it. A
field of another file starts with that file's name (``raynaud_diary.csv:rating``) and is not in
the dictionary.
"""

from pathlib import Path

import numpy as np
import pandas as pd

from analysis.demo import events, measures, people, treatment
from analysis.demo.cohort import ASSESSED, Cohort

FORMS = Path(__file__).with_name("forms.csv")

# REDCap's column titles in REDCap's order, with the column of forms.csv that fills each.
_DICTIONARY = {
    "Variable / Field Name": "field", "Form Name": "form", "Section Header": "",
    "Field Type": "type", "Field Label": "label",
    "Choices, Calculations, OR Slider Labels": "choices", "Field Note": "unit",
    "Text Validation Type OR Show Slider Number": "validation", "Text Validation Min": "minimum",
    "Text Validation Max": "maximum", "Identifier?": "",
    "Branching Logic (Show field only if...)": "branching", "Required Field?": "required",
    "Custom Alignment": "", "Question Number (surveys only)": "", "Matrix Group Name": "",
    "Matrix Ranking?": "", "Field Annotation": "",
}  # fmt: skip
FIELDS = (
    "field", "table", "column", "values", "instrument", "item", "location", "occasion", "unit",
    "codes", "best", "worst", "confirmed_by",
)  # fmt: skip
_YES_NO = "1, Yes | 0, No"
CONFIRMED_BY = "analysis.demo"
VISITS = ("screening", "baseline", "procedure", "week_1", "week_4", "week_12", "unscheduled")
KEYS = ("record_id", "redcap_event_name", "redcap_repeat_instrument", "redcap_repeat_instance")
COMPLETE = "2"


def read_forms(*, own_fields: bool) -> pd.DataFrame:
    """Read forms.csv.

    Parameters
    ----------
    own_fields
        Whether to include the fields that the site added for itself, which are not mapped.

    Returns
    -------
    pandas.DataFrame
        One row per field, all text.
    """
    forms = pd.read_csv(FORMS, dtype="str", keep_default_na=False, encoding="utf-8")
    return forms if own_fields else forms[_is_mapped(forms)].reset_index(drop=True)


def project_dictionary(forms: pd.DataFrame) -> pd.DataFrame:
    """Return REDCap's data dictionary of the fields."""
    inside = forms[~forms["form"].str.endswith(".csv")]
    return pd.DataFrame(
        {title: inside[name] if name else "" for title, name in _DICTIONARY.items()}
    ).reset_index(drop=True)


def project_fields(forms: pd.DataFrame) -> pd.DataFrame:
    """Return the target of each exported column: a table's column or an instrument's item.

    A checkbox field has a row for each of its exported columns, ``<field>___<code>``; its `values`
    in forms.csv give the target of each code.
    """
    anchored = forms["best"] != ""
    yes_no = forms["type"].isin(["yesno", "checkbox"])
    codes = forms["choices"].mask(yes_no, _YES_NO).where(anchored, "")
    signed = pd.Series(CONFIRMED_BY, index=forms.index).where(anchored, "")
    described = forms.assign(codes=codes, confirmed_by=signed)
    mapped = described.loc[_is_mapped(forms), list(FIELDS)]
    boxes = forms.loc[mapped.index, "type"] == "checkbox"
    rows = []
    for row, is_box in zip(mapped.to_dict("records"), boxes, strict=True):
        target = "item" if row["instrument"] else "column"
        if not is_box:
            rows.append(row)
            continue
        for code, place in (pair.split("=") for pair in row["values"].split("|")):
            box = {"field": f"{row['field']}___{code}", "values": "", target: place}
            rows.append(row | box)
    return pd.DataFrame(rows, columns=FIELDS)


def _is_mapped(forms: pd.DataFrame) -> pd.Series:
    return (forms["table"] != "") | (forms["instrument"] != "")


def make_redcap_export(cohort: Cohort, forms: pd.DataFrame) -> pd.DataFrame:
    """Simulate every form and lay them out in REDCap's flat export.

    Parameters
    ----------
    cohort
        Who takes part.
    forms
        As `read_forms` returns.

    Returns
    -------
    pandas.DataFrame
        One row per record and event, then one per instance of a repeating form; all text.
        Events without data have no row.
    """
    drawn = events.draw_ulcers(cohort)
    rows = [
        _visit_rows(cohort.ids, visit, _visit_forms(cohort, forms, drawn, visit))
        for visit in VISITS[:-1]
    ]
    failed, failed_forms = people.make_screen_failures(cohort)
    rows.append(_visit_rows(failed, "screening", failed_forms))
    repeating = {("screening", "medication"): treatment.make_medication(cohort)}
    repeating |= {
        (visit, "digital_ulcer"): frame
        for visit, frame in events.make_ulcer_rows(cohort, drawn).items()
    }
    repeating["unscheduled", "adverse_event"] = events.make_adverse_events(cohort, drawn)
    rows += [
        _repeating_rows(cohort.ids, visit, form, frame)
        for (visit, form), frame in repeating.items()
    ]
    export = pd.concat(rows, ignore_index=True)
    columns = [*KEYS, *_list_columns(forms)]
    export["order"] = export["redcap_event_name"].map(
        {f"{visit}_arm_1": place for place, visit in enumerate(VISITS)}
    )
    export["instance"] = pd.to_numeric(export["redcap_repeat_instance"]).fillna(0)
    # Screening failures have later record ids than participants.
    export["failed"] = export["record_id"].str.contains("-S")
    order = ["failed", "record_id", "order", "redcap_repeat_instrument", "instance"]
    export = export.sort_values(order, kind="stable", ignore_index=True, na_position="first")
    return export.reindex(columns=columns).astype("object").fillna("")


def _visit_forms(
    cohort: Cohort, forms: pd.DataFrame, drawn: events.Ulcers, visit: str
) -> dict[str, pd.DataFrame]:
    """Return the forms of one visit that do not repeat, as planned in forms.csv."""
    makers = {
        "visit": lambda: people.make_visit(
            cohort, visit, _has_ulcer(drawn.active(visit)) if visit in ASSESSED else None
        ),
        "consent": lambda: people.make_consent(cohort),
        "demographics": lambda: people.make_demographics(cohort, _has_ulcer(drawn.baseline)),
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


def _has_ulcer(fingers: np.ndarray) -> np.ndarray:
    return np.asarray(fingers.any(axis=1))


def _visit_rows(ids: np.ndarray, visit: str, filled: dict[str, pd.DataFrame]) -> pd.DataFrame:
    complete = {f"{name}_complete": COMPLETE for name in filled}
    frame = pd.concat(filled.values(), axis=1).assign(**complete)
    keys = pd.DataFrame({"record_id": ids, "redcap_event_name": f"{visit}_arm_1"})
    return pd.concat([keys, frame], axis=1)


def _repeating_rows(ids: np.ndarray, visit: str, form: str, frame: pd.DataFrame) -> pd.DataFrame:
    keys = {
        "record_id": ids[frame["who"].to_numpy(dtype="int64")],
        "redcap_event_name": f"{visit}_arm_1",
        "redcap_repeat_instrument": form,
        "redcap_repeat_instance": (frame.groupby("who").cumcount() + 1).astype("str"),
        f"{form}_complete": COMPLETE,
    }
    return frame.drop(columns="who").assign(**keys)


def _list_columns(forms: pd.DataFrame) -> list[str]:
    """Return the columns of the export in order, without its keys."""
    columns: list[str] = []
    for form, fields in forms[~forms["form"].str.endswith(".csv")].groupby("form", sort=False):
        for field in fields[fields["field"] != "record_id"].to_dict("records"):
            codes = [choice.split(",")[0].strip() for choice in field["choices"].split("|")]
            boxes = [f"{field['field']}___{code}" for code in codes]
            columns += boxes if field["type"] == "checkbox" else [field["field"]]
        columns.append(f"{form}_complete")
    return columns
