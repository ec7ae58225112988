"""Who the participants were: demography, disease, background treatment, season."""

import numpy as np
import pandas as pd

from analysis.describe.dates import SEASONS, find_season, find_span
from analysis.describe.summaries import (
    NOT_ASSESSABLE,
    Variable,
    describe_variable,
    find_field,
)
from analysis.results import Context, Row
from analysis.study import Study

YES_NO = ("yes", "no")
STABLE_LABEL = "No start or change of a class that was to stay stable"
MEDICATION_LABELS = {"pde5_inhibitor": "PDE5 inhibitor"}
NUMBERS = (
    Variable("age", "Age", "years", section="Demography"),
    Variable("height_cm", "Height", "cm", section="Demography"),
    Variable("weight_kg", "Weight", "kg", 1, section="Demography"),
    Variable("bmi", "Body mass index", "kg/m²", 1, section="Demography"),
    Variable("years_since_raynaud", "Since Raynaud's phenomenon began", "years", section="Disease"),
    Variable(
        "years_since_non_raynaud", "Since the first other symptom", "years", section="Disease"
    ),
)
RECORDED = {
    "Demography": ("sex", "smoking", "dominant_hand"),
    "Disease": ("subset", "anti_centromere", "anti_scl70", "anti_rnap3"),
    "Organ involvement": (
        *("interstitial_lung_disease", "pulmonary_hypertension"),
        *("gastrointestinal", "renal", "cardiac"),
    ),
    "Hands": (
        *("ulcer_history", "ulcers_present", "contractures"),
        *("calcinosis", "acro_osteolysis", "treated_hands"),
    ),
}
# Years between two dates.
FROM_DATES = ("age", "years_since_raynaud", "years_since_non_raynaud")
TREATMENT, SEASON, OUTCOMES = "Background treatment", "Season", "Outcomes at baseline"


def list_variables(study: Study) -> tuple[Variable, ...]:
    """Return the rows of the baseline table in printed order, grouped by section.

    The values of a category are those of datapackage.json; the outcomes are those of study.yml.
    """
    variables = list(NUMBERS)
    for section, names in RECORDED.items():
        variables += [_describe_field(name, section) for name in names]
    for name in find_field("medications", "class")["constraints"]["enum"]:
        label = MEDICATION_LABELS.get(name, name.replace("_", " ").capitalize())
        variables.append(Variable(f"treatment_{name}", label, categories=YES_NO, section=TREATMENT))
    variables.append(
        Variable("treatment_stable", STABLE_LABEL, categories=YES_NO, section=TREATMENT)
    )
    for name, label in (("baseline", "Baseline visit"), ("followup", "Follow-up visit")):
        variables.append(Variable(f"season_{name}", label, categories=SEASONS, section=SEASON))
    for outcome in study.outcomes:
        variables.append(
            Variable(outcome.name, outcome.label, outcome.unit, outcome.decimals, section=OUTCOMES)
        )
    sections = list(dict.fromkeys(variable.section for variable in variables))
    return tuple(sorted(variables, key=lambda variable: sections.index(variable.section)))


def gather_baseline(
    participants: pd.DataFrame,
    visits: pd.DataFrame,
    medications: pd.DataFrame,
    scores: pd.DataFrame,
    study: Study,
    *,
    followup_visit: str,
    dates_shifted: bool = False,
) -> pd.DataFrame:
    """Gather every baseline variable into one row per participant.

    `participants` are those of the population. The season of the follow-up visit is included. If
    the dates of the export were shifted, seasons are not assessable, nor are ages and durations
    that were not recorded directly.

    Returns
    -------
    `participant_id` and a column for each of `list_variables`.
    """
    ids = participants["participant_id"]
    baseline = study.analysis.baseline_visit.value
    recorded = [variable.name for variable in list_variables(study)]
    frame = participants[["participant_id", *participants.columns.intersection(recorded)]]
    frame = frame.reset_index(drop=True)
    treatment = find_background_treatment(medications, participants, study)
    frame = frame.merge(treatment, on="participant_id", how="left")
    for name, visit in (("season_baseline", baseline), ("season_followup", followup_visit)):
        held = visits[visits["visit"] == visit].set_index("participant_id")
        frame[name] = find_season(held["visit_date"]).reindex(ids).fillna("").to_numpy()
        if visit == baseline:
            present = held["ulcers_present"].reindex(ids).fillna("").to_numpy()
    frame["ulcers_present"] = present
    if dates_shifted:
        counted = [name for name in FROM_DATES if frame[name].isna().all()]
        lost = ["season_baseline", "season_followup", *counted]
        frame = frame.assign(**dict.fromkeys(lost, NOT_ASSESSABLE))
    at_baseline = scores[
        (scores["visit"] == baseline)
        & (scores["variant"] == "primary")
        & (scores["component"] == "total")
    ].set_index(["outcome", "participant_id"])["score"]
    for outcome in study.outcomes:
        keys = pd.MultiIndex.from_product([[outcome.name], ids])
        frame[outcome.name] = at_baseline.reindex(keys).to_numpy()
    return frame


def find_background_treatment(
    medications: pd.DataFrame, participants: pd.DataFrame, study: Study
) -> pd.DataFrame:
    """Return which classes of treatment each participant took when the procedure began.

    A medication counts if it may have begun by the day of the procedure, may not have ended
    before it, and was not started during the trial. Treatment is stable if no medication
    of the protocol's classes (study.yml, specification) was started or changed.

    Returns
    -------
    `participant_id`, `treatment_<class>` and `treatment_stable` (yes, no).
    """
    ids = participants["participant_id"]
    day = participants.set_index("participant_id")["procedure_date"]
    known = medications[medications["participant_id"].isin(ids)]
    low, high = find_span(known["participant_id"].map(day))
    taken = (
        (find_span(known["start_date"])[0] <= high)
        & (find_span(known["end_date"])[1] >= low)
        & known["change"].ne("started")
    )
    held = known["class"].isin(study.specification.prohibited_medication_classes.value)
    changed = held & ~known["change"].isin(["", "none"])
    columns = {"participant_id": ids.to_numpy()}
    for name in find_field("medications", "class")["constraints"]["enum"]:
        owners = known.loc[taken & known["class"].eq(name), "participant_id"]
        columns[f"treatment_{name}"] = np.where(ids.isin(owners), "yes", "no")
    owners = known.loc[changed, "participant_id"]
    return pd.DataFrame({**columns, "treatment_stable": np.where(ids.isin(owners), "no", "yes")})


def describe_baseline(frame: pd.DataFrame, study: Study, context: Context) -> list[Row]:
    """Make the results of every variable of `gather_baseline`.

    Ids are like ``baseline.age.median_range`` and ``baseline.subset.diffuse.n_share``.
    """
    rows = []
    for variable in list_variables(study):
        rows += describe_variable(context, variable, frame[variable.name])
    return rows


def _describe_field(name: str, section: str) -> Variable:
    table = "visits" if name == "ulcers_present" else "participants"
    field = find_field(table, name)
    label = field["description"].split(" (")[0].split(",")[0]
    values = tuple(field["constraints"]["enum"])
    return Variable(name, label, categories=values, section=section)
