"""New names for participants, for those who worked on the trial, and for images."""

from dataclasses import dataclass

from analysis.cleaning.dates import parse_days
from analysis.cleaning.export import CAPILLAROSCOPY, REDCAP
from analysis.release import policy
from analysis.release.shift import count_periods, draw_shift


@dataclass(frozen=True)
class Names:
    """What is called how from now on; it never leaves this process.

    Parameters
    ----------
    participants
        New name by raw spelling.
    persons, images
        New name by raw value.
    """

    participants: dict[str, str]
    persons: dict[str, str]
    images: dict[str, str]


def give_names(source, key):
    """Number the participants in an order that only the key tells, the others in their own.

    The order of staff decides which of two readings counts and says nothing of a participant.
    Images follow their participant, since their own order is that of the trial's calendar.

    Parameters
    ----------
    source : analysis.release.source.Source
    key : analysis.release.secret.Key
    """
    spellings = {}
    for sheet in source.sheets.values():
        spellings |= dict(zip(sheet.raw[policy.ID], sheet.keys["participant"], strict=True))
    order = key.shuffle("participant", set(spellings.values()))
    width = max(2, len(str(len(order))))
    new = {name: f"P-{number:0{width}d}" for number, name in enumerate(order, 1)}
    participants = {raw: new[name] for raw, name in spellings.items()}
    persons = {
        reading.clean
        for place in source.find_columns(policy.PERSON)
        for reading in source.readings[place].values()
        if reading.clean
    }
    images = source.sheets[CAPILLAROSCOPY].raw[[policy.ID, "image_id"]].drop_duplicates()
    images = images.assign(owner=images[policy.ID].map(participants))
    images = images.sort_values(["owner", "image_id"])["image_id"].drop_duplicates()
    return Names(
        participants=participants,
        persons={name: f"R{number}" for number, name in enumerate(sorted(persons), 1)},
        images={name: f"I-{number:04d}" for number, name in enumerate(images, 1)},
    )


def draw_shifts(source, key, *, start):
    """Draw a shift for every participant.

    Parameters
    ----------
    start : datetime.date
        The registered start.

    Returns
    -------
    dict of Shift
        By participant, as the source spells them.
    """
    periods = count_periods(_list_trial_days(source), start=start)
    visits = _list_visits(source)
    plan = source.study.analysis
    season = (plan.baseline_visit.value, plan.followup_visit.value)
    people = {name for sheet in source.sheets.values() for name in sheet.keys["participant"]}
    return {
        name: draw_shift(
            visits.get(name, {}),
            season,
            periods=periods,
            draw=lambda below, name=name: key.number(f"shift|{name}", below),
        )
        for name in sorted(people)
    }


def list_consent_days(source):
    """Return the day of consent by participant, from whose year the cleaning counts age."""
    column = source.find_field("participants", "consent_date")
    if not column:
        return {}
    return {participant: day for participant, _, day in source.list_dates(REDCAP, column)}


def _list_trial_days(source):
    """All dates but those of treatments, which may have begun long before."""
    return [
        day
        for file, column in source.find_columns(policy.DAY)
        if source.fields[file][column].kind != "partial_date"
        for _, _, day in source.list_dates(file, column)
    ]


def _list_visits(source):
    """Return the dates of each visit, by participant; corrected ones count as well."""
    column = source.find_field("visits", "visit_date")
    visits = {}
    for participant, visit, day in source.list_dates(REDCAP, column):
        visits.setdefault(participant, {}).setdefault(visit, set()).add(day)
    keys, told = source.sheets[REDCAP].keys, source.corrections
    for correction in told[told["field"] == column].itertuples(index=False):
        clean = source.readings[REDCAP, column][correction.new_value].clean
        for row in keys.index[keys.index == correction.row] if clean else ():
            participant, visit = keys.loc[row, ["participant", "visit"]]
            day = parse_days(clean).date()
            visits.setdefault(participant, {}).setdefault(visit, set()).add(day)
    return {
        name: {visit: tuple(sorted(days)) for visit, days in told.items()}
        for name, told in visits.items()
    }
