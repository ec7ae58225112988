"""Dates and times: read where one reading is possible, and asked about where their order is not."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from analysis.cleaning.export import CAPILLAROSCOPY, REDCAP
from analysis.cleaning.fields import Field, find_column
from analysis.cleaning.reshape import find_visit_dates
from analysis.cleaning.state import CleaningState, Finding, find_cells

# Pairs of one form in which the second cannot come before the first.
ORDER_WITHIN_FORM = (
    ("adverse_events", "start_date", "end_date"),
    ("medications", "start_date", "end_date"),
    ("medications", "start_date", "change_date"),
    ("procedures", "anaesthesia_start", "processing_start"),
    ("procedures", "processing_start", "processing_end"),
    ("procedures", "processing_end", "first_injection"),
    ("participants", "birth_year", "raynaud_onset_year"),
    ("participants", "birth_year", "non_raynaud_onset_year"),
    ("participants", "raynaud_onset_year", "consent_date"),
    ("participants", "non_raynaud_onset_year", "consent_date"),
)
_DAY_ZERO = pd.Timestamp("1899-12-30")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_ISO = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
_CLOCK = r"(?:[01][0-9]|2[0-3]):[0-5][0-9]"
_SECONDS = r":[0-5][0-9](?:\.[0-9]+)?"
_PARTIAL = r"[0-9]{4}(?:-[0-9]{2})?"
_SERIAL = r"[3-5][0-9]{4}(?:\.[0-9]+)?"
_WEEKDAY = r"[,.]?\s*(?:\(?[월화수목금토일](?:요일)?\)?)?"
# Year before month before day, as Korea and ISO write it.
_YEAR_FIRST = (
    r"(?P<year>[0-9]{4}|[0-9]{2}(?=\.|년))(?:[-./]\s*|\s+|년\s*)(?P<month>[0-9]{1,2})(?:[-./]\s*|\s+|월\s*)"
    r"(?P<day>[0-9]{1,2})(?:일)?" + _WEEKDAY
)
_COMPACT = r"(?P<year>(?:19|20)[0-9]{2})(?P<month>[0-9]{2})(?P<day>[0-9]{2})"
_NAMED = (
    r"(?P<day>[0-9]{1,2})[-. /]*(?P<name>[a-z]{3})[a-z]*[-., /]*(?P<year>[0-9]{4})",
    r"(?P<name>[a-z]{3})[a-z]*[-. /]*(?P<day>[0-9]{1,2})[-., /]+(?P<year>[0-9]{4})",
)
_YEAR_LAST = r"(?P<first>[0-9]{1,2})[-./ ]+(?P<second>[0-9]{1,2})[-./ ]+(?P<year>[0-9]{4})\.?"
_YEAR_SHORT = r"[0-9]{1,2}[-/ ][0-9]{1,2}[-/ ][0-9]{2}"
_MONTH_ONLY = (
    r"(?P<year>[0-9]{4})(?:[-./]\s*|\s+|년\s*)(?P<month>[0-9]{1,2})월?\.?|(?P<only>[0-9]{4})년"
)
_TIME = (
    r"(?P<half>오전|오후|[ap]\.?m\.?)?\s*(?P<hour>[0-9]{1,2})\s*(?::|시)\s*(?P<minute>[0-9]{2})?\s*분?"
    r"(?::[0-9]{2})?\s*(?P<end>[ap]\.?m\.?)?"
)


def parse_dates(values: pd.Series, field: Field) -> Iterator[Finding]:
    """Write dates as YYYY-MM-DD; a partial date stays YYYY-MM or YYYY where the field allows it.

    Two-digit years are read only in the Korean order (17.03.05); a serial number counts from
    1899-12-30; where day and month could be exchanged the cell is set missing.
    """
    iso = _ISO if field.kind == "date" else rf"{_ISO}|{_PARTIAL}"
    left = values[~values.str.fullmatch(iso)]
    for rule, dates in _readings(left, field):
        yield find_cells(rule, field.name, dates.notna(), dates)
        left = left[dates.isna()]
    unclear = left.str.fullmatch(rf"{_YEAR_LAST}|{_YEAR_SHORT}")
    yield find_cells("day_or_month", field.name, unclear, "", reason="pending_query")
    yield find_cells("not_a_date", field.name, ~unclear, "", reason="pending_query")


def parse_datetimes(values: pd.Series, field: Field) -> Iterator[Finding]:
    """Write dates with times as YYYY-MM-DD HH:MM."""
    left = values[~values.str.fullmatch(rf"{_ISO} {_CLOCK}")]
    whole = left.str.extract(rf"^({_ISO} {_CLOCK}){_SECONDS}$")[0]
    yield find_cells("precision_dropped", field.name, whole.notna(), whole)
    left = left[whole.isna()]
    serial = left.where(left.str.fullmatch(r"[3-5][0-9]{4}\.[0-9]+"))
    moment = _DAY_ZERO + pd.to_timedelta(pd.to_numeric(serial), unit="D")
    stamped = moment.dt.round("min").dt.strftime("%Y-%m-%d %H:%M")
    yield find_cells("serial_date", field.name, stamped.notna(), stamped)
    left = left[stamped.isna()]
    parts = left.str.extract(
        rf"(?i)^(.*[0-9].*?|{_ISO})[T,]?\s+((?:오전|오후)?\s*[0-9]{{1,2}}\s*[:시].*)$"
    )
    parts = parts.where(parts.notna().all(axis=1), left.str.extract(rf"^({_ISO})T([0-9].*)$"))
    dates = parts[0].where(parts[0].str.fullmatch(_ISO))
    for _, parsed in _readings(parts[0].dropna(), field):
        dates = dates.fillna(parsed)
    both = dates + " " + parse_clock(parts[1])
    yield find_cells("date_format", field.name, both.notna(), both)
    yield find_cells("not_a_date", field.name, both.isna(), "", reason="pending_query")


def parse_times(values: pd.Series, field: Field) -> Iterator[Finding]:
    """Write times as HH:MM."""
    left = values[~values.str.fullmatch(_CLOCK)]
    whole = left.str.extract(rf"^({_CLOCK}){_SECONDS}$")[0]
    yield find_cells("precision_dropped", field.name, whole.notna(), whole)
    left = left[whole.isna()]
    times = parse_clock(left)
    yield find_cells("time_format", field.name, times.notna(), times)
    yield find_cells("not_a_time", field.name, times.isna(), "", reason="pending_query")


def parse_clock(values: pd.Series) -> pd.Series:
    """Return HH:MM of times with 오전/오후, am/pm, 시/분 or seconds; missing where it is none."""
    parts = values.str.extract(rf"(?i)^{_TIME}$")
    half = parts["half"].fillna(parts["end"]).str.casefold().str.replace(".", "")
    hour = pd.to_numeric(parts["hour"]).astype("float64")
    minute = pd.to_numeric(parts["minute"].fillna("0")).astype("float64")
    late, early = half.isin(["오후", "pm"]), half.isin(["오전", "am"])
    twelve = hour.between(1, 12) | (early & hour.eq(0))
    fits = hour.between(0, 23) & minute.between(0, 59) & (half.isna() | twelve)
    hour = (hour + 12 * (late & (hour < 12)) - 12 * (early & (hour == 12))).where(fits)
    hours, minutes = (
        part.map("{:02.0f}".format, na_action="ignore").astype("str") for part in (hour, minute)
    )
    return hours + ":" + minutes


def find_impossible_dates(values: pd.Series, field: Field, *, latest: str) -> Iterator[Finding]:
    """Set days that do not exist, or that lie after the export or long before the trial, missing.

    `latest` is the ISO date of the export.
    """
    day = values.str.slice(0, 10)
    padded = day.where(day.str.len() != 4, day + "-01")
    padded = padded.where(padded.str.len() != 7, padded + "-01")
    exists = parse_days(padded).notna()
    yield find_cells("impossible_date", field.name, ~exists, "", reason="out_of_range")
    odd = exists & ((day > latest) | (day < _find_earliest(field)))
    yield find_cells("implausible_date", field.name, odd, "", reason="out_of_range")


def is_plain_date(values: pd.Series, field: Field, *, latest: str) -> pd.Series:
    """Return which values are possible dates or times in the wanted form."""
    if field.kind == "time":
        return values.str.fullmatch(_CLOCK)
    day = values.str.slice(0, 10)
    wanted = rf"{_ISO} {_CLOCK}" if field.kind == "datetime" else _ISO
    return (
        values.str.fullmatch(wanted)
        & parse_days(day).notna()
        & day.between(_find_earliest(field), latest)
    )


def _find_earliest(field: Field) -> str:
    """Return the earliest plausible date: only births, onsets and treatments precede the trial."""
    if field.place.column.endswith("_year"):
        return "1900"
    return "1940" if field.kind == "partial_date" else "2000"


def parse_days(values: pd.Series) -> pd.Series:
    """Return the days of ISO dates as timestamps; partial, empty and impossible ones are NaT."""
    return pd.to_datetime(values.str.slice(0, 10), format="%Y-%m-%d", errors="coerce")


def find_person_days(participants: pd.Series, days: pd.Series) -> pd.Series:
    """Return the day of each participant, NaT where it is not known.

    `days` are timestamps by participant; perhaps of nobody, which `pandas.Series.map` refuses.
    """
    return days.reindex(participants).set_axis(participants.index)


def _readings(values: pd.Series, field: Field) -> Iterator[tuple[str, pd.Series]]:
    year_first = values.str.extract(rf"^{_YEAR_FIRST}$")
    short = year_first["year"].str.len().eq(2)
    yield "date_format", _join(year_first.where(~short))
    yield "date_format", _join(values.str.extract(rf"^{_COMPACT}$"))
    for pattern in _NAMED:
        named = values.str.extract(rf"(?i)^{pattern}$")
        number = {name: f"{place:02d}" for place, name in enumerate(_MONTHS, 1)}
        yield (
            "date_format",
            _join(named.assign(month=named["name"].str.casefold().map(number))),
        )
    yield "date_format", _join(_order_day_month(values.str.extract(rf"^{_YEAR_LAST}$")))
    if field.kind == "date":
        stamped = values.str.extract(rf"^({_ISO})[ T][0-9]{{2}}:[0-9]{{2}}(?::[0-9]{{2}})?$")[0]
        yield "date_format", stamped
    if field.kind == "partial_date":
        part = values.str.extract(rf"^(?:{_MONTH_ONLY})$")
        part = part.astype("str")
        month = part["year"] + "-" + part["month"].str.zfill(2)
        yield "date_format", month.fillna(part["only"])
    century = year_first.assign(year="20" + year_first["year"])
    yield "two_digit_year", _join(century.where(short))
    serial = pd.to_numeric(values.where(values.str.fullmatch(_SERIAL))).floordiv(1)
    yield "serial_date", (_DAY_ZERO + pd.to_timedelta(serial, unit="D")).dt.strftime("%Y-%m-%d")


def _order_day_month(parts: pd.DataFrame) -> pd.DataFrame:
    first, second = pd.to_numeric(parts["first"]), pd.to_numeric(parts["second"])
    day_first = (first > 12) | (first == second)
    month_first = (second > 12) & ~day_first
    return parts.assign(
        day=parts["first"].where(day_first, parts["second"].where(month_first)),
        month=parts["second"].where(day_first, parts["first"].where(month_first)),
    )


def _join(parts: pd.DataFrame) -> pd.Series:
    year, month, day = (parts[name].astype("str") for name in ("year", "month", "day"))
    return year + "-" + month.str.zfill(2) + "-" + day.str.zfill(2)


def find_disorder(state: CleaningState) -> Iterator[Finding]:
    """Find dates in an impossible order."""
    shifted = bool(state.manner.dates_shifted)
    for table, earlier, later in ORDER_WITHIN_FORM:
        # REDCap shifts dates and leaves years.
        if shifted and (earlier.endswith("_year") or later.endswith("_year")):
            continue
        before, after = state.find_cells_of(table, earlier), state.find_cells_of(table, later)
        if before is not None and after is not None:
            yield find_cells("date_order", str(after.name), _precedes(after, before))
    yield from _find_visits_in_disorder(state)
    yield from _find_dates_before_consent(state)


def _precedes(later: pd.Series, earlier: pd.Series) -> pd.Series:
    """Return where a date lies before another; of partial dates only what both have is compared."""
    length = np.minimum(later.str.len(), earlier.str.len())
    pairs = pd.DataFrame({"later": later, "earlier": earlier, "length": length})
    wrong = pd.Series(False, index=later.index)
    for _, part in pairs[length > 0].groupby("length"):
        size = int(part["length"].iloc[0])
        later_part, earlier_part = (part[name].str.slice(0, size) for name in ("later", "earlier"))
        wrong.loc[part.index] = later_part < earlier_part
    return wrong


def _find_visits_in_disorder(state: CleaningState) -> Iterator[Finding]:
    """Of visits in a wrong order, the one furthest from its planned day is asked about."""
    planned = {visit.name: visit.day for visit in state.study.visits if visit.day is not None}
    name = find_column(state.fields[REDCAP], "visits", "visit_date")
    single = state.keys[(state.keys["instance"] == "") & state.keys["visit"].isin(planned)]
    frame = single.assign(date=parse_days(state.cells.loc[single.index, name]))
    frame = frame[frame["date"].notna()]
    dated = frame.pivot(index="participant", columns="visit", values="date")
    dates = dated.reindex(columns=list(planned)).to_numpy(dtype="datetime64[D]")
    ahead = np.triu(np.ones((len(planned), len(planned)), dtype=bool), 1)
    with np.errstate(invalid="ignore"):
        inverted = (dates[:, :, None] > dates[:, None, :]) & ahead
    involved = np.asarray(inverted.any(axis=2) | inverted.any(axis=1))
    people = frame["participant"].drop_duplicates().sort_values()
    named = pd.Series(pd.DataFrame(involved, index=people, columns=list(planned)).stack())
    frame = frame.join(named.rename("involved"), on=["participant", "visit"])
    frame = frame[frame["involved"]]
    day = (frame["date"] - find_person_days(frame["participant"], state.days)).dt.days
    frame = frame.assign(far=(day - frame["visit"].map(planned)).abs().fillna(0))
    furthest = frame["far"] == frame.groupby("participant")["far"].transform("max")
    yield find_cells("date_order", name, furthest.reindex(state.cells.index, fill_value=False))


def _find_dates_before_consent(state: CleaningState) -> Iterator[Finding]:
    """Consent comes before the screening visit, every adverse event after the consent."""
    consent = state.find_cells_of("participants", "consent_date")
    visits = state.tables["visits"].drop_duplicates(["participant_id", "visit"])
    first = visits[visits["visit_date"] != ""].groupby("participant_id")["visit_date"].min()
    if consent is not None:
        visited = state.keys["participant"].map(first).fillna("")
        yield find_cells("date_order", str(consent.name), _precedes(visited, consent))
    start = state.find_cells_of("adverse_events", "start_date")
    if start is not None:
        people = state.tables["participants"].set_index("participant_id")["consent_date"]
        given = state.keys["participant"].map(people).fillna("")
        yield find_cells("date_order", str(start.name), _precedes(start, given))


def find_early_readings(state: CleaningState) -> Iterator[Finding]:
    """Readings that are dated before their image was taken."""
    file = state.files[CAPILLAROSCOPY]
    if "read_date" not in file.frame.columns:
        return
    taken, read = find_visit_dates(state, file.keys), file.frame["read_date"]
    early = _precedes(read, taken) & ~read.index.isin(file.aside)
    yield find_cells("date_order", "read_date", early)


def find_outside_windows(state: CleaningState) -> Iterator[Finding]:
    """Visits that took place outside their window."""
    visits = state.tables["visits"]
    late = visits[(visits["in_window"] == "no") & (visits["status"] == "done")]
    pairs = pd.MultiIndex.from_frame(late[["participant_id", "visit"]])
    keys = pd.MultiIndex.from_frame(state.keys[["participant", "visit"]])
    outside = pd.Series(keys.isin(pairs), state.cells.index) & (state.keys["instance"] == "")
    columns = ["study_day", "window_low", "window_high"]
    late = late.set_index(pairs)[columns].reindex(keys).set_axis(state.cells.index).astype("str")
    detail = (
        "Its study day is " + late["study_day"] + ", the window "
        + late["window_low"] + " to " + late["window_high"] + "."
    )  # fmt: skip
    name = find_column(state.fields[REDCAP], "visits", "visit_date")
    yield find_cells("out_of_window", name, outside, detail=detail)
