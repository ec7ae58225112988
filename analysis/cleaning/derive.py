"""Columns that follow from others: ages, body mass index, study days, windows, sums."""

import pandas as pd

from analysis.cleaning.columns import fold_words
from analysis.cleaning.dates import find_person_days, parse_days
from analysis.cleaning.state import SourceFile
from analysis.cleaning.structure import GROUP
from analysis.study import Study

# The usual dose of a drug is known from this many doses.
_FEWEST_DOSES = 5
PRECISION = {10: "day", 7: "month", 4: "year"}


def find_procedure_days(visits: pd.DataFrame, procedures: pd.DataFrame, study: Study) -> pd.Series:
    """Return the day of the procedure (timestamp) by participant.

    It is the date on which anaesthesia started; without a readable time, that of the visit.
    """
    started = procedures.set_index("participant_id")["anaesthesia_start"].str.slice(0, 10)
    dated = visits[visits["visit"].isin(study.list_visits("procedure"))]
    visited = dated.drop_duplicates("participant_id").set_index("participant_id")["visit_date"]
    days = parse_days(started).dropna()
    return days.combine_first(parse_days(visited).dropna())


def count_days(dates: pd.Series, participants: pd.Series, days: pd.Series) -> pd.Series:
    """Return study days of ISO dates: days from the procedure, missing where either is unknown."""
    return (parse_days(dates) - find_person_days(participants, days)).dt.days.astype("Int64")


def parse_last_days(values: pd.Series) -> pd.Series:
    """Return the days of ISO dates as timestamps, of a month or a year its last one."""
    months = values.where(values.str.len() != 4, values + "-12")
    months = months.where(months.str.len() == 7)
    lasts = pd.to_datetime(months, format="%Y-%m", errors="coerce") + pd.offsets.MonthEnd(0)
    return parse_days(values).fillna(lasts)


def derive_participants(
    recorded: pd.DataFrame,
    procedures: pd.DataFrame,
    everyone: pd.Index,
    days: pd.Series,
    *,
    shifted: bool = False,
) -> pd.DataFrame:
    """Add age, years since onset, body mass index, and the times of the procedure.

    Where a site records ages and durations, these are taken in place of years.

    Parameters
    ----------
    recorded, procedures
        The tables as recorded.
    everyone
        All participants of the export.
    days
        Day of the procedure by participant.
    shifted
        Whether dates were shifted, so that recorded years do not match them.
    """
    frame = recorded.set_index("participant_id").reindex(everyone).fillna("")
    consent = pd.to_numeric(frame["consent_date"].str.slice(0, 4), errors="coerce")
    if shifted:
        consent = consent.mask(consent.notna())
    height, weight = _convert_number(frame["height_cm"]), _convert_number(frame["weight_kg"])
    since = {
        name: _count_years(consent, frame[year], frame[name])
        for name, year in (
            ("age", "birth_year"),
            ("years_since_raynaud", "raynaud_onset_year"),
            ("years_since_non_raynaud", "non_raynaud_onset_year"),
        )
    }
    timed = procedures.set_index("participant_id")[["anaesthesia_start", "first_injection"]]
    frame = frame.assign(
        **since,
        bmi=(weight / (height / 100) ** 2).round(6),
        procedure_date=days.reindex(everyone).dt.strftime("%Y-%m-%d").fillna(""),
        **timed.reindex(everyone).fillna(""),
    )
    return frame.rename_axis("participant_id").reset_index()


def find_sites(participants: pd.DataFrame, file: SourceFile) -> pd.Series:
    """Return the site of each participant: as recorded, else the data access group."""
    recorded = participants["site"]
    if GROUP not in file.frame or recorded.ne("").any():
        return recorded
    group = file.frame[GROUP].where(file.frame[GROUP] != "")
    by_person = group.groupby(file.keys["participant"]).first()
    return participants["participant_id"].map(by_person).fillna("")


def _count_years(consent: pd.Series, year: pd.Series, recorded: pd.Series) -> pd.Series:
    """Return the years that the site recorded, else those from a year to the consent."""
    counted = _convert_number(recorded).fillna(consent - _convert_number(year))
    return counted.astype("Int64")


def list_due_visits(
    participants: pd.DataFrame, days: pd.Series, study: Study, latest: str
) -> pd.DataFrame:
    """Return `participant_id, visit` of every visit that was due at the export.

    Screening is due for everybody, the visits up to the procedure for whoever is eligible,
    the later ones for whoever had the procedure and whose window had closed by the day of the
    export (`latest`, ISO).
    """
    who = participants["participant_id"]
    eligible = participants["eligible"].eq("yes")
    procedure = find_person_days(who, days)
    exported = pd.to_datetime(latest)
    parts = []
    for visit in study.visits:
        if visit.day is None:
            continue
        if visit.role == "screening":
            due = pd.Series(True, index=who.index)
        elif visit.role != "follow_up":
            due = eligible
        else:
            due = procedure + pd.Timedelta(days=visit.high or visit.day) <= exported
        parts.append(pd.DataFrame({"participant_id": who[due], "visit": visit.name}))
    return pd.concat(parts, ignore_index=True)


def select_held(recorded: pd.DataFrame, items: pd.DataFrame, study: Study) -> pd.DataFrame:
    """Leave out follow-up visits at which nothing was recorded but the end-of-study form.

    The form that ends participation can stand in the row of a visit that was not held.

    Parameters
    ----------
    recorded
        One row per visit of the export.
    items
        The items table.
    study
        What each visit is for.
    """
    key = ["participant_id", "visit"]
    answered = pd.MultiIndex.from_frame(recorded[key]).isin(pd.MultiIndex.from_frame(items[key]))
    filled = (recorded.drop(columns=key).fillna("") != "").any(axis=1)
    later = [visit.name for visit in study.visits if visit.role == "follow_up"]
    return recorded[filled | answered | ~recorded["visit"].isin(later)]


def derive_visits(
    recorded: pd.DataFrame, due: pd.DataFrame, days: pd.Series, study: Study
) -> pd.DataFrame:
    """Add the missed visits, study days and windows.

    Parameters
    ----------
    recorded
        One row per visit that took place.
    due
        As `list_due_visits` returns.
    days
        Day of the procedure by participant.
    study
        Windows of the visits.
    """
    missed = due.merge(recorded[["participant_id", "visit"]], how="left", indicator=True)
    missed = missed.loc[missed["_merge"] == "left_only", ["participant_id", "visit"]]
    frame = pd.concat(
        [recorded.assign(status="done"), missed.assign(status="missed")], ignore_index=True
    ).fillna("")
    low = frame["visit"].map({visit.name: visit.low for visit in study.visits})
    high = frame["visit"].map({visit.name: visit.high for visit in study.visits})
    day = count_days(frame["visit_date"], frame["participant_id"], days)
    inside = day.between(low, high).astype("boolean").map({True: "yes", False: "no"})
    return frame.assign(
        study_day=day,
        window_low=low.astype("Int64"),
        window_high=high.astype("Int64"),
        in_window=inside.where(day.notna() & low.notna(), "").astype("object"),
    )


def derive_adverse_events(recorded: pd.DataFrame, days: pd.Series) -> pd.DataFrame:
    """Add precision, study days and duration."""
    who = recorded["participant_id"]
    start, end = (parse_days(recorded[name]) for name in ("start_date", "end_date"))
    return recorded.assign(
        start_precision=recorded["start_date"].str.len().map(PRECISION).fillna(""),
        end_precision=recorded["end_date"].str.len().map(PRECISION).fillna(""),
        start_day=count_days(recorded["start_date"], who, days),
        end_day=count_days(recorded["end_date"], who, days),
        duration_days=((end - start).dt.days + 1).astype("Int64"),
    )


def derive_medications(recorded: pd.DataFrame, days: pd.Series) -> pd.DataFrame:
    """Add the study day of the change."""
    day = count_days(recorded["change_date"], recorded["participant_id"], days)
    return recorded.assign(change_day=day)


def derive_procedures(recorded: pd.DataFrame) -> pd.DataFrame:
    """Add the day, the minutes of processing, and the sums over the fingers."""
    injected = list_injected(recorded)
    begun, ended = (
        pd.to_datetime(recorded[name], format="%Y-%m-%dT%H:%M", errors="coerce")
        for name in ("processing_start", "processing_end")
    )
    return recorded.assign(
        procedure_date=recorded["anaesthesia_start"].str.slice(0, 10),
        processing_minutes=(ended - begun).dt.total_seconds() / 60,
        injected_total_ml=injected.sum(axis=1, min_count=1).round(6),
        n_fingers_injected=(injected > 0).sum(axis=1).astype("Int64"),
    )


def list_injected(procedures: pd.DataFrame) -> pd.DataFrame:
    """Return the volume injected into every finger (mL), columns ``right_1`` to ``left_5``."""
    names = [f"{side}_{finger}" for side in ("right", "left") for finger in range(1, 6)]
    columns = {name: f"injected_{name}_ml" for name in names}
    return pd.DataFrame(
        {
            name: _convert_number(procedures[column]) if column in procedures else float("nan")
            for name, column in columns.items()
        },
        index=procedures.index,
    )


def derive_disposition(
    recorded: pd.DataFrame,
    visits: pd.DataFrame,
    everyone: pd.Index,
    days: pd.Series,
    study: Study,
) -> pd.DataFrame:
    """Add a row for everybody, the study day and the last planned visit that took place."""
    frame = recorded.set_index("participant_id").reindex(everyone).fillna("")
    done = visits[(visits["status"] == "done") & (visits["visit"] != study.unscheduled)]
    place = done["visit"].map({visit.name: number for number, visit in enumerate(study.visits)})
    last = done.assign(place=place).sort_values("place").groupby("participant_id")["visit"].last()
    frame = frame.assign(
        status=frame["status"].where(frame["status"] != "", "not_recorded"),
        last_visit=last.reindex(everyone).fillna(""),
    )
    frame = frame.rename_axis("participant_id").reset_index()
    day = count_days(frame["end_date"], frame["participant_id"], days)
    return frame.assign(study_day=day)


def _convert_number(column: pd.Series) -> pd.Series:
    return pd.to_numeric(column.where(column != "")).astype("float64")


def describe_doses(drugs: pd.DataFrame) -> pd.DataFrame:
    """Return how many times the usual dose a dose is, and whether its drug is listed twice at once.

    `drugs` are rows of medications, as `list_form_rows` returns them; the columns are `dose_ratio`,
    missing where too few doses tell which is usual, and `overlaps`.
    """
    named = drugs.assign(wording=drugs["name"].map(fold_words), dose=pd.to_numeric(drugs["dose"]))
    same = named.groupby(["wording", "dose_unit"])["dose"]
    ratio = named["dose"] / same.transform("median")
    dated = named.assign(end=named["end_date"].mask(named["end_date"] == "", "9999"))
    dated = dated[dated["start_date"].ne("") & dated["wording"].ne("")].sort_values("start_date")
    of_drug = dated.groupby(["participant", "wording"])
    before = dated["start_date"] <= of_drug["end"].shift().fillna("")
    again = dated["dose"].eq(of_drug["dose"].shift()) & dated["start_date"].eq(
        of_drug["start_date"].shift()
    )
    overlaps = (before & ~again).reindex(drugs.index, fill_value=False)
    usual = ratio.where(same.transform("count") >= _FEWEST_DOSES)
    return pd.DataFrame({"dose_ratio": usual, "overlaps": overlaps})


def find_last_dates(visits: pd.DataFrame, disposition: pd.DataFrame) -> pd.Series:
    """Return the last day (ISO) of a visit or of the end of participation, by participant."""
    ends = [(visits, "visit_date"), (disposition, "end_date")]
    dates = pd.concat([table.set_index("participant_id")[name] for table, name in ends])
    return dates[dates != ""].groupby(level=0).max()


def find_last_ulcer_answers(visits: pd.DataFrame) -> pd.Series:
    """Return what the last visit with an answer says of ulcers, by participant."""
    ordered = visits.sort_values(["participant_id", "visit_date"])
    answered = ordered[ordered["ulcers_present"].ne("") & ordered["visit_date"].ne("")]
    return answered.groupby("participant_id")["ulcers_present"].last()
