"""Contradictions about a person: eligibility, identity, habits, body, and single fingers."""

import unicodedata
from collections.abc import Iterator

import numpy as np
import pandas as pd

from analysis.cleaning.dates import parse_days
from analysis.cleaning.export import REDCAP
from analysis.cleaning.fields import find_column
from analysis.cleaning.reshape import ask_rows, join_cells, read_record
from analysis.cleaning.rules import read_threshold
from analysis.cleaning.state import CleaningState, Finding, find_cells, find_together

# People below have a body mass index that only exchanged or other units explain (kg/m2).
BODY_MASS = (12.0, 45.0)
LOOKALIKES = str.maketrans({"o": "0", "l": "1", "i": "1"})
ADULT, OLDEST = 18, 95


def find_treated_ineligible(state: CleaningState) -> Iterator[Finding]:
    """People who were found not eligible and were treated all the same."""
    people, treated = read_record(state, "participants"), read_record(state, "procedures")
    begun = treated[(treated["anaesthesia_start"] != "") | (treated["first_injection"] != "")]
    failed = people.index[
        people["eligible"].eq("no") & people["participant"].isin(begun["participant"])
    ]
    yield from ask_rows(state, "treated_ineligible", "participants", failed, ("eligible",))


def find_smoking(state: CleaningState) -> Iterator[Finding]:
    """Nobody who has smoked never smoked; who never did cannot be a former smoker at once.

    To begin smoking during the trial is possible.
    """
    visits = read_record(state, "visits")
    history = read_record(state, "participants")
    history = history[history["smoking"] != ""].drop_duplicates("participant")
    before = visits["participant"].map(history.set_index("participant")["smoking"])
    ever, now = before.isin(["former", "current"]), visits["smoking"]
    place = {visit.name: visit.day for visit in state.study.visits}
    treated = pd.to_numeric(visits["visit"].map(place)).fillna(0) > 0
    began = before.eq("never") & (now.eq("former") | (now.eq("current") & ~treated))
    smokes = now.isin(["former", "current"]).loc[treated.index]
    ordered = visits.assign(day=visits["visit"].map(place), smokes=smokes.astype(int))
    ordered = ordered.sort_values(["participant", "day"], kind="stable")
    earlier = ordered.groupby("participant")["smokes"].cummax().reindex(visits.index).eq(1)
    differs = ((ever | earlier) & now.eq("never")) | began
    recorded = history.reset_index(names="row").set_index("participant")["row"]
    for participant, part in visits[differs].groupby("participant"):
        cells = join_cells(state, part.index, "visits", ("smoking",))
        cells += join_cells(state, [recorded[participant]], "participants", ("smoking",))
        yield from find_together("smoking_disagrees", cells, group=str(participant))


def find_bodies(state: CleaningState) -> Iterator[Finding]:
    """Height and weight that together make no body; systolic pressure below diastolic."""
    people = read_record(state, "participants")
    height, weight = (pd.to_numeric(people[name]) for name in ("height_cm", "weight_kg"))
    index = weight / (height / 100) ** 2
    odd = index.notna() & ~index.between(*BODY_MASS)
    names = ("height_cm", "weight_kg")
    yield from ask_rows(state, "body_implausible", "participants", people.index[odd], names)
    pressure = {field.place.item: field for field in state.list_items("laboratory")}
    if {"sbp", "dbp"} <= pressure.keys():
        fields = [pressure["sbp"], pressure["dbp"]]
        numbers = state.convert_numbers(fields)
        high, low = (numbers[field.name] for field in fields)
        for row in numbers.index[high <= low]:
            cells = [(row, field.name) for field in fields]
            yield from find_together("pressure_exchanged", cells, group=row)


def find_ages(state: CleaningState) -> Iterator[Finding]:
    """Years of birth that give an age at which nobody is enrolled."""
    people = read_record(state, "participants")
    age = people["participant"].map(state.tables["participants"].set_index("participant_id")["age"])
    beyond = age.notna() & ~age.between(ADULT, OLDEST) & people["birth_year"].ne("")
    yield from ask_rows(
        state, "age_implausible", "participants", people.index[beyond], ("birth_year",)
    )


def find_twins(state: CleaningState) -> Iterator[Finding]:
    """Identifiers that look like another one: O for 0, l for 1."""
    rows = state.keys["participant"]
    looks = rows.map({name: fold_identifier(name) for name in rows.unique()})
    size = rows.groupby([looks, rows]).transform("size")
    names = rows.groupby(looks).nunique()
    for look in names.index[names > 1]:
        group = pd.DataFrame({"name": rows, "size": size})[looks == look]
        usual = group.sort_values(["size", "name"], ascending=[False, True])["name"].iloc[0]
        record = find_column(state.fields[REDCAP], "participants", "participant_id")
        for name, part in group[group["name"] != usual].groupby("name"):
            cells = [(row, record) for row in part.index]
            detail = f"It looks like {usual}."
            yield from find_together("identifier_twin", cells, group=str(name), detail=detail)


def fold_identifier(name: str) -> str:
    """Return what a reader sees of an identifier: equal for two that look alike."""
    plain = unicodedata.normalize("NFKC", name).casefold()
    prefix = plain.rstrip("0123456789oil")
    return prefix + plain[len(prefix) :].translate(LOOKALIKES)


def find_early_consent(state: CleaningState) -> Iterator[Finding]:
    """Consent long before anything of the trial was done."""
    people = read_record(state, "participants")
    visits = state.tables["visits"]
    first = visits[visits["visit_date"] != ""].groupby("participant_id")["visit_date"].min()
    gap = parse_days(people["participant"].map(first)) - parse_days(people["consent_date"])
    early = gap.dt.days > read_threshold("consent_early")
    yield from ask_rows(
        state, "consent_early", "participants", people.index[early], ("consent_date",)
    )


def find_early_exits(state: CleaningState) -> Iterator[Finding]:
    """A trial that ended before its last visit; who stopped treatment may still come.

    The last visit is that of the plan; an earlier one with a later date, and one outside its
    window, is asked about itself.
    """
    exits, visits = read_record(state, "disposition"), state.tables["visits"]
    done = visits[visits["status"].eq("done") & visits["in_window"].ne("no")]
    done = done[done["visit_date"] != ""]
    planned = state.tables["disposition"].set_index("participant_id")["last_visit"]
    days = {visit.name: visit.day for visit in state.study.visits}
    final = done["visit"].eq(done["participant_id"].map(planned))
    final |= done["visit"].map(days).isna()
    last = exits["participant"].map(done[final].groupby("participant_id")["visit_date"].max())
    ended = exits["status"].eq("completed") | exits["reason"].eq("lost_to_follow_up")
    early = ended & (parse_days(exits["end_date"]) < parse_days(last))
    yield from ask_rows(
        state, "exit_before_visit", "disposition", exits.index[early], ("end_date",)
    )


def find_far_fingers(state: CleaningState) -> Iterator[Finding]:
    """One finger far from itself at the other visits, where its neighbours are not."""
    fields = state.list_items("finger_circumference")
    numbers = state.convert_numbers(fields)
    numbers = numbers[numbers.notna().sum(axis=1) >= 4]
    who = state.keys.loc[numbers.index, "participant"]
    least = read_threshold("finger_far")
    # Others only: in the middle of two visits either would be as far as the other.
    usual = numbers.groupby(who).transform("median")
    several = numbers.groupby(who).transform("count") >= 3
    away = (numbers - usual).where(several)
    rest = away.sub(away.median(axis=1), axis=0)
    far = (rest.abs() > least) & (away.abs() > least)
    alone = far.sum(axis=1) == 1
    for name in numbers.columns:
        mask = (far[name] & alone).reindex(state.cells.index, fill_value=False)
        yield find_cells("finger_far", name, mask)


def find_reversed_scales(state: CleaningState) -> Iterator[Finding]:
    """Questionnaires whose answers fit the person's other visits only turned round.

    With x the answers and m their median at the other visits, the distance is the sum of
    \\|x - m\\|, and after turning round the sum of \\|top - x - m\\|.
    """
    for instrument in ("cochin", "haq"):
        fields = [field for field in state.list_items(instrument) if field.kind == "choice"]
        if not fields:
            continue
        answers = state.convert_numbers(fields).dropna()
        who = state.keys.loc[answers.index, "participant"]
        top = max(float(code) for code, _ in fields[0].choices)
        for _, part in answers.groupby(who):
            for row in part.index if len(part) > 1 else ():
                usual = part.drop(row).median().to_numpy()
                one = part.loc[row].to_numpy()
                as_is, turned = (np.abs(each - usual).sum() for each in (one, top - one))
                # With two visits either may be the one; the one above the middle is asked about.
                high = len(part) > 2 or one.mean() > top / 2
                # Floors and ceilings fit either way.
                high &= min(len(np.unique(one)), len(np.unique(usual))) > 2
                if high and as_is - turned > top * len(fields) / 4 and turned < as_is / 2:
                    cells = [(row, field.name) for field in fields]
                    yield from find_together("scale_reversed", cells, group=row)
