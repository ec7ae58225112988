"""Another site's export of the same people: a dialect of the simulated one, as that site sends it.

Own names of fields, events and record id; Windows-1252, semicolons, decimal commas; a HAQ coded
1 to 4 with a box for every device; no diary. It has events, or is a classic project with one row
per person, in which the name of a field tells the visit.
"""

import pandas as pd
import yaml

from analysis.cleaning.export import CAPILLAROSCOPY, DIARY, DICTIONARY, MAP, REDCAP

RECORD = "studiennr"
NAME, FORM_NAME, KIND = "Variable / Field Name", "Form Name", "Field Type"
LABEL, CHOICES = "Field Label", "Choices, Calculations, OR Slider Labels"
KEYS = ("redcap_event_name", "redcap_repeat_instrument", "redcap_repeat_instance")
FOUR = "1, Ohne Mühe | 2, Etwas Mühe | 3, Große Mühe | 4, Unmöglich"
HAQ = [f"haq_{number:02d}" for number in range(1, 21)]
# Boxes of the form, by the box for a category that they replace: the first is ticked in its place.
DEVICES = {
    "haq_aid___1": ("knopfhaken",),
    "haq_aid___2": ("stuhl",),
    "haq_aid___3": ("besteck",),
    "haq_aid___4": ("stock", "gehwagen", "rollstuhl"),
    "haq_aid___5": ("wanne", "toilettensitz"),
    "haq_aid___6": ("greifer",),
    "haq_aid___7": ("oeffner",),
}
ENDS = {"screening": "v1", "baseline": "v2", "procedure": "op"}
ENDS |= {"week_1": "w1", "week_4": "w4", "week_12": "w12", "unscheduled": "xx"}
# Forms that a person has instances of, which a classic project keeps as such.
REPEATING = ("medication", "adverse_event")


def list_events():
    """Return the site's unique event name of every visit."""
    return {visit: f"besuch_{end}_arm_1b" for visit, end in ENDS.items()}


def leave_out(tables):
    """Return the shipped tables without what the other site does not record: diary and ulcers."""
    gone = [
        name for name in tables[MAP]["field"] if name.startswith("du_") and name != "du_history"
    ]
    main = tables[REDCAP].drop(columns=[*gone, "digital_ulcer_complete"])
    return tables | {
        REDCAP: main[main["redcap_repeat_instrument"] != "digital_ulcer"],
        DICTIONARY: tables[DICTIONARY][~tables[DICTIONARY][NAME].isin(gone)],
        MAP: tables[MAP][~tables[MAP]["field"].isin(gone)],
        DIARY: tables[DIARY].iloc[:0],
    }


def translate(tables):
    """Return main table, dictionary and places in the site's names and codes, still with events."""
    main, dictionary, places = (tables[name].copy() for name in (REDCAP, DICTIONARY, MAP))
    main[HAQ] = main[HAQ].replace({"3": "4", "2": "3", "1": "2", "0": "1"})
    dictionary.loc[dictionary[NAME].isin(HAQ), CHOICES] = FOUR
    mapping = {"values": "1=0|2=1|3=2|4=3", "codes": FOUR, "best": "1", "worst": "4"}
    places.loc[places["field"].isin(HAQ), list(mapping)] = list(mapping.values())
    like = dictionary[dictionary[NAME] == "haq_aid"].assign(**{KIND: "yesno", CHOICES: ""})
    boxes, placed = [], []
    for old, devices in DEVICES.items():
        for number, device in enumerate(devices):
            main[device] = main[old] if number == 0 else main[old].replace("1", "0")
            boxes.append(like.assign(**{NAME: device, LABEL: device}))
            row = places[places["field"] == old]
            placed.append(row.assign(field=device, rule="any_ticked"))
    main = main.drop(columns=list(DEVICES))
    dictionary = pd.concat([dictionary[dictionary[NAME] != "haq_aid"], *boxes], ignore_index=True)
    kept = places[~places["field"].isin(DEVICES) & ~places["field"].str.startswith(DIARY)]
    places = pd.concat([kept, *placed], ignore_index=True).astype("object").fillna("")
    numbers = dictionary.loc[dictionary[KIND] == "text", NAME]
    decimal = [name for name in numbers if main[name].str.fullmatch(r"-?[0-9]+\.[0-9]+").any()]
    main[decimal] = main[decimal].replace(r"^(-?[0-9]+)\.([0-9]+)$", r"\1,\2", regex=True)
    return rename_fields(main, dictionary, places)


def rename_fields(main, dictionary, places):
    names = {name: f"f_{name}" for name in dictionary[NAME]} | {"record_id": RECORD}
    columns = {
        name: names[base] + mark + code
        for name in main
        for base, mark, code in [name.partition("___")]
        if base in names
    }
    dictionary = dictionary.replace({NAME: names})
    for name, new in names.items():
        swap = dictionary["Branching Logic (Show field only if...)"]
        swap = swap.str.replace(f"[{name}]", f"[{new}]").str.replace(f"[{name}(", f"[{new}(")
        dictionary["Branching Logic (Show field only if...)"] = swap
    return main.rename(columns=columns), dictionary, places.replace({"field": columns})


def flatten(main, dictionary, places):
    """Turn events into ends of the fields' names: one row per person, instances below."""
    event = main["redcap_event_name"].str.removesuffix("_arm_1")
    single = main["redcap_repeat_instrument"] == ""
    forms = dict(zip(dictionary[NAME], dictionary[FORM_NAME], strict=True))
    parts, described, placed = [], [], []
    for visit, end in ENDS.items():
        rows = main[single & (event == visit)]
        held = [form for form in dict.fromkeys(forms.values()) if form not in REPEATING]
        held = [form for form in held if _is_used(rows, forms, form)]
        names = {}
        for column in rows:
            form = forms.get(column.partition("___")[0], column.removesuffix("_complete"))
            if form in held and column != RECORD:
                base, mark, code = column.removesuffix("_complete").partition("___")
                done = "_complete" if column.endswith("_complete") else ""
                names[column] = f"{base}_{end}{mark}{code}{done}"
        parts.append(rows.set_index(RECORD)[list(names)].rename(columns=names))
        copy = dictionary[dictionary[FORM_NAME].isin(held) & (dictionary[NAME] != RECORD)]
        ended = {name: f"{name}_{end}" for name in copy[NAME]}
        copy = copy.replace({NAME: ended}).assign(**{FORM_NAME: copy[FORM_NAME] + f"_{end}"})
        logic = "Branching Logic (Show field only if...)"
        for name, new in ended.items():
            copy[logic] = copy[logic].str.replace(f"[{name}]", f"[{new}]")
        described.append(copy)
        mine = places[places["field"].isin(names)]
        placed.append(mine.replace({"field": names}).assign(visit=visit))
    flat = pd.concat(parts, axis=1).fillna("").reset_index()
    again = [name for name in dictionary[NAME] if forms[name] in REPEATING]
    below = main.loc[~single, [RECORD, *KEYS[1:], *again, *(f"{f}_complete" for f in REPEATING)]]
    flat = pd.concat([flat, below], ignore_index=True).fillna("")
    flat = flat[[RECORD, *KEYS[1:], *flat.columns.difference([RECORD, *KEYS[1:]], sort=False)]]
    kept = dictionary[dictionary[NAME].isin([RECORD, *again])]
    plain = places[places["field"].isin([RECORD, *again]) | places["field"].str.contains(":")]
    return (
        flat,
        pd.concat([kept, *described], ignore_index=True),
        pd.concat([plain, *placed], ignore_index=True).astype("object").fillna(""),
    )


def _is_used(rows, forms, form):
    fields = [name for name in rows if forms.get(name.partition("___")[0]) == form]
    return form not in REPEATING and (rows[fields].drop(columns=RECORD, errors="ignore") != "").any(
        axis=None
    )


def write_site(tables, folder, *, classic):
    main, dictionary, places = translate(leave_out(tables))
    if classic:
        main, dictionary, places = flatten(main, dictionary, places)
    else:
        events = {f"{visit}_arm_1": name for visit, name in list_events().items()}
        main = main.replace({"redcap_event_name": events})
    images = tables[CAPILLAROSCOPY].assign(comment="Bild unscharf, für Prüfung")
    # The readers name the visit, and not the event of the database.
    images["event"] = images["event"].str.removesuffix("_arm_1")
    for name, table in ((REDCAP, main), (DICTIONARY, dictionary), (CAPILLAROSCOPY, images)):
        text = table.to_csv(index=False, sep=";", lineterminator="\r\n")
        (folder / name).write_bytes(text.encode("cp1252"))
    places.to_csv(folder / MAP, index=False)
    about = {
        "exported_on": "2022-12-20",
        "simulated": True,
        "encoding": dict.fromkeys((REDCAP, DICTIONARY, CAPILLAROSCOPY), "cp1252"),
        "delimiter": dict.fromkeys((REDCAP, DICTIONARY, CAPILLAROSCOPY), ";"),
        "decimal": {REDCAP: ","},
        "export": {"values": "raw", "made_with": "gui"},
    }
    (folder / "provenance.yml").write_text(yaml.safe_dump(about), encoding="utf-8")
