"""The period of the trial in which an adverse event began, by date and time."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.describe.dates import find_span
from analysis.errors import DataError

# A boundary that is never reached: later than any date that an unknown date may mean.
NEVER = pd.Timestamp("2200-01-01")


@dataclass(frozen=True)
class Period:
    """Events that count from a moment on, and the population they are counted in.

    `name` is the yes/no column of `assign_phases`.
    """

    name: str
    label: str
    population: str


PROCEDURE = Period("procedure_emergent", "From the start of anaesthesia", "procedure_safety")
PRODUCT = Period("product_emergent", "From the first injection", "product_safety")


def assign_phases(
    events: pd.DataFrame, participants: pd.DataFrame, *, last_day: int | None
) -> pd.DataFrame:
    """Return the period in which every adverse event began.

    Procedure-emergent is from the start of anaesthesia, product-emergent from the first
    injection, both up to and including study day `last_day`. An event that may have begun in a
    period counts in it: without a time on the day of the procedure, or with a partial date, it
    counts in both and is flagged. A worsening of an earlier condition counts in a period unless it
    ended before it. Without anaesthesia there are no such periods.

    Parameters
    ----------
    events, participants
        The tables, with everyone.
    last_day
        End of the window of the follow-up visit; None (no window) counts all later events.

    Returns
    -------
    The events with `phase` (before_consent, pre_procedure, procedure_emergent,
    product_emergent, later or unclear), `procedure_emergent` and `product_emergent`
    (yes, no), and `phase_flag` (why the period is uncertain, or "").

    Raises
    ------
    DataError
        An event of someone who is not among the participants.
    """
    unknown = sorted(set(events["participant_id"]) - set(participants["participant_id"]))
    if unknown:
        raise DataError(
            "an adverse event belongs to nobody in the table participants",
            file="adverse_events",
            participant=unknown[0],
            hint="Correct the participant's number, or add the participant",
        )
    event = events.reset_index(drop=True)
    person = participants.set_index("participant_id").loc[event["participant_id"]].reset_index()
    anaesthesia, injection, end = _find_boundaries(person, last_day)
    low, high = find_span(event["start_date"], event["start_time"])
    last = find_span(event["end_date"])[1]
    high = high.mask((last < high) & (last >= low), last)
    began_before = event["worsening"].eq("yes") & (high < anaesthesia)
    may_worsen = began_before & (last >= anaesthesia)
    in_procedure = ((high >= anaesthesia) | may_worsen) & (low <= end)
    in_product = ((high >= injection) | (may_worsen & (last >= injection))) & (low <= end)
    first, final = (_count_boundaries(t, anaesthesia, injection, end) for t in (low, high))
    consent = find_span(person["consent_date"])[0]
    phase = final.map({0: "pre_procedure", 1: PROCEDURE.name, 2: PRODUCT.name, 3: "later"})
    phase = phase.mask((final == 0) & (high < consent), "before_consent")
    flag = _flag_doubt(event, person, first != final, may_worsen)
    return event.assign(
        phase=phase.mask(flag != "", "unclear"),
        procedure_emergent=np.where(in_procedure, "yes", "no"),
        product_emergent=np.where(in_product, "yes", "no"),
        phase_flag=flag,
    )


def select_emergent(
    events: pd.DataFrame, participants: pd.DataFrame, period: Period
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the events of a period, from `assign_phases`, and their denominator's participants."""
    people = participants[participants[f"in_{period.population}"] == "yes"]
    inside = events[period.name].eq("yes")
    return events[inside & events["participant_id"].isin(people["participant_id"])], people


def _find_boundaries(
    person: pd.DataFrame, last_day: int | None
) -> tuple[pd.Series, pd.Series, pd.Series]:
    day = person["procedure_date"]
    moments = []
    for column, population in (
        ("anaesthesia_start", "in_procedure_safety"),
        ("first_injection", "in_product_safety"),
    ):
        recorded = person[column].mask(person[column] == "", day)
        moments.append(find_span(recorded)[0].mask(person[population] != "yes", NEVER))
    end = find_span(day)[1]
    end = end.mask(end < NEVER, NEVER) if last_day is None else end + pd.Timedelta(days=last_day)
    anaesthesia, injection = moments
    return anaesthesia, injection, end


def _count_boundaries(
    moment: pd.Series, anaesthesia: pd.Series, injection: pd.Series, end: pd.Series
) -> pd.Series:
    passed = (moment >= anaesthesia).astype(int) + (moment >= injection).astype(int)
    return passed.mask((moment > end) & (anaesthesia < NEVER), 3)


def _flag_doubt(
    event: pd.DataFrame, person: pd.DataFrame, differs: pd.Series, may_worsen: pd.Series
) -> pd.Series:
    same_day = event["start_date"].eq(person["procedure_date"]) & person["procedure_date"].ne("")
    unknown_clock = same_day & (
        (person["in_procedure_safety"].eq("yes") & person["anaesthesia_start"].eq(""))
        | (person["in_product_safety"].eq("yes") & person["first_injection"].eq(""))
    )
    reasons = (
        (may_worsen, "worsening of a condition that began before the procedure"),
        (unknown_clock, "time of the procedure not recorded"),
        (differs & event["start_date"].eq(""), "start not recorded"),
        (differs & event["start_date"].str.len().between(1, 9), "start known to the month or year"),
        (differs, "start on the day of the procedure without a time"),
    )
    flag = pd.Series("", index=event.index, dtype="str")
    for doubtful, reason in reasons:
        flag = flag.mask(doubtful & flag.eq(""), reason)
    return flag
