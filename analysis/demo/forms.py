"""The fields of the case report form, and the dictionary and field map projected from them.

forms.csv is the only place where a field is described. A field of another file bears that
file's name (``raynaud_diary.csv:rating``) and is no part of the dictionary.
"""

from pathlib import Path

import pandas as pd

FORMS = Path(__file__).with_name("forms.csv")
DIARY = "raynaud_diary.csv"
IMAGES = "capillaroscopy.csv"

# REDCap's own names, in REDCap's own order, and what of a field stands there.
DICTIONARY = {
    "Variable / Field Name": "field",
    "Form Name": "form",
    "Section Header": "",
    "Field Type": "type",
    "Field Label": "label",
    "Choices, Calculations, OR Slider Labels": "choices",
    "Field Note": "unit",
    "Text Validation Type OR Show Slider Number": "validation",
    "Text Validation Min": "minimum",
    "Text Validation Max": "maximum",
    "Identifier?": "",
    "Branching Logic (Show field only if...)": "branching",
    "Required Field?": "required",
    "Custom Alignment": "",
    "Question Number (surveys only)": "",
    "Matrix Group Name": "",
    "Matrix Ranking?": "",
    "Field Annotation": "",
}
FIELDS = (
    "field", "table", "column", "values", "instrument", "item", "location", "occasion", "unit",
)  # fmt: skip


def read_forms(*, own_fields):
    """Read forms.csv.

    Parameters
    ----------
    own_fields : bool
        Whether the fields that the site added for itself, which go nowhere, are among them.

    Returns
    -------
    pandas.DataFrame
        One row per field, all text.
    """
    forms = pd.read_csv(FORMS, dtype="str", keep_default_na=False, encoding="utf-8")
    return forms if own_fields else forms[_is_mapped(forms)].reset_index(drop=True)


def project_dictionary(forms):
    """Return REDCap's data dictionary of the fields."""
    inside = forms[~forms["form"].str.endswith(".csv")]
    return pd.DataFrame(
        {title: inside[name] if name else "" for title, name in DICTIONARY.items()}
    ).reset_index(drop=True)


def project_fields(forms):
    """Return where each exported column goes: a table's column or an instrument's item.

    A checkbox field has a row for each of its exported columns, ``<field>___<code>``; in forms.csv
    its `values` say where each code goes.
    """
    mapped = forms.loc[_is_mapped(forms), list(FIELDS)]
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


def exported_columns(forms, form):
    """Return the columns of a form in the export, without its ``_complete``."""
    columns = []
    for field in forms[forms["form"] == form].to_dict("records"):
        if field["type"] == "checkbox":
            codes = [choice.split(",")[0].strip() for choice in field["choices"].split("|")]
            columns += [f"{field['field']}___{code}" for code in codes]
        else:
            columns.append(field["field"])
    return columns


def _is_mapped(forms):
    return (forms["table"] != "") | (forms["instrument"] != "")
