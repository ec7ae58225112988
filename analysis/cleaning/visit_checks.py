"""Contradictions between visits: dates, windows, sides, scales, arms, images, and what is absent.

A check yields findings about cells of one file; it changes nothing and asks.
"""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from analysis.cleaning.dates import find_person_days, parse_days
from analysis.cleaning.export import CAPILLAROSCOPY, DIARY, REDCAP
from analysis.cleaning.fields import find_column
from analysis.cleaning.populations import find_eligible
from analysis.cleaning.reshape import ask_rows, find_visit_dates, list_form_rows
from analysis.cleaning.state import CleaningState, Finding, find_cells, find_together
from analysis.cleaning.structure import EVENT

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
# A swap shows where the differences between right and left turn round as a whole: their sum of
# products is negative, and turning them round brings the visits together by this much (mm).
MIN_FINGERS, MIN_GAIN, MAX_LEFT = 4, 6.0, 0.5
# Ratings of one person differ and fall; a tenth of all the others, and all the others high, is a
# scale. At the first and the last visit a fall is likelier, so the neighbour must be further off.
MIN_OTHERS, LOWEST_OTHER, RATIO = 2, 30, (7, 14)
LOWEST_RATIO, EDGE_RATIO = 5, 7
_NEARLY_ALL = 0.8


def find_disorder(state: CleaningState) -> Iterator[Finding]:
    """Dates that cannot follow each other as they do."""
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
    """Say where a date lies before another; of partial dates only what both have is compared."""
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


def find_early_exits(state: CleaningState) -> Iterator[Finding]:
    """A trial that ended before its last visit; who stopped treatment may still come.

    The last visit is that of the plan; an earlier one with a later date, and one outside its
    window, is asked about itself.
    """
    exits, visits = list_form_rows(state, "disposition"), state.tables["visits"]
    done = visits[visits["status"].eq("done") & visits["in_window"].ne("no")]
    done = done[done["visit_date"] != ""]
    planned = state.tables["disposition"].set_index("participant_id")["last_visit"]
    days = {visit.name: visit.day for visit in state.study.visits}
    final = done["visit"].eq(done["participant_id"].map(planned))
    final |= done["visit"].map(days).isna()
    last = exits["participant"].map(done[final].groupby("participant_id")["visit_date"].max())
    early = exits["status"].eq("completed") & (parse_days(exits["end_date"]) < parse_days(last))
    yield from ask_rows(
        state, "exit_before_visit", "disposition", exits.index[early], ("end_date",)
    )


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


def order_visits(state: CleaningState, keys: pd.DataFrame) -> pd.DataFrame:
    """Return the keys of rows by participant, and then in the order of the plan."""
    places = {visit.name: place for place, visit in enumerate(state.study.visits)}
    return keys.assign(place=keys["visit"].map(places)).sort_values(
        ["participant", "place"], kind="stable"
    )


def find_swapped_sides(state: CleaningState) -> Iterator[Finding]:
    """Visits at which right and left finger circumference look exchanged against baseline.

    With d the differences right minus left of the fingers, the distance between the visits is
    the sum of \\|d - d0\\|, and after turning round the sum of \\|d + d0\\|.
    """
    fields = {f.place.location: f for f in state.list_items("finger_circumference")}
    fingers = [n for n in range(1, 6) if {f"right_{n}", f"left_{n}"} <= fields.keys()]
    if len(fingers) < MIN_FINGERS:
        return
    numbers = state.convert_numbers(fields.values())
    right, left = (
        numbers[[fields[f"{side}_{n}"].name for n in fingers]].to_numpy()
        for side in ("right", "left")
    )
    apart = pd.DataFrame(right - left, index=numbers.index)
    apart = apart[apart.notna().sum(axis=1) >= MIN_FINGERS]
    visits = state.keys.loc[apart.index]
    base = visits["visit"] == state.study.analysis.baseline_visit.value
    first = apart[base.to_numpy()].set_axis(visits.loc[base, "participant"])
    later = apart[~base.to_numpy()]
    before = first.reindex(visits.loc[later.index, "participant"]).set_axis(later.index)
    as_is = (later - before).abs().sum(axis=1, min_count=MIN_FINGERS)
    turned = (later + before).abs().sum(axis=1, min_count=MIN_FINGERS)
    swapped = (as_is - turned >= MIN_GAIN) & (turned <= MAX_LEFT * as_is)
    mask = swapped.reindex(numbers.index, fill_value=False)
    yield find_cells("sides_swapped", fields[f"right_{fingers[0]}"].name, mask)


def find_scales(state: CleaningState) -> Iterator[Finding]:
    """Pain ratings of at most 10 where every other visit is about ten times as high."""
    for field in state.list_items("hand_pain"):
        if field.place.item == "vas":
            rating = state.convert_numbers([field])[field.name].dropna()
            keys = order_visits(state, state.keys.loc[rating.index])
            differs = _is_tenth(rating.loc[keys.index], keys["participant"])
            mask = differs.reindex(state.cells.index, fill_value=False)
            yield find_cells("scale_differs", field.name, mask)


def _is_tenth(rating: pd.Series, who: pd.Series) -> pd.Series:
    """Say which ratings, in the order of the visits, are about a tenth of the person's others."""
    before, after = (rating.groupby(who).shift(step) / rating for step in (1, -1))
    edge = before.isna() | after.isna()
    nearest = before.fillna(after).where(edge, np.minimum(before, after))
    low = rating.between(1, 10)
    others = rating.where(~low).groupby(who)
    return (
        low
        & (low.groupby(who).transform("sum") == 1)
        & (others.transform("count") >= MIN_OTHERS)
        & (others.transform("min") >= LOWEST_OTHER)
        & (others.transform("median") / rating).between(*RATIO)
        & (nearest >= np.where(edge, EDGE_RATIO, LOWEST_RATIO))
    )


def find_stray_entries(state: CleaningState) -> Iterator[Finding]:
    """Diary entries of days that no visit looks back on, of people whose dates are all known."""
    file, visits = state.files[DIARY], state.tables["visits"]
    follow = visits[visits["visit"] == state.study.analysis.followup_visit.value]
    dated = follow.loc[follow["visit_date"] != "", "participant_id"]
    known = file.keys["participant"].isin(set(dated) & set(state.days.index))
    stray = (state.places[DIARY]["visit"] == state.study.unscheduled) & known
    stray &= ~file.frame.index.isin(file.aside)
    yield find_cells("diary_out_of_window", "entry_date", stray)


def find_early_readings(state: CleaningState) -> Iterator[Finding]:
    """Readings that are dated before their image was taken."""
    file = state.files[CAPILLAROSCOPY]
    if "read_date" not in file.frame.columns:
        return
    taken, read = find_visit_dates(state, file.keys), file.frame["read_date"]
    early = _precedes(read, taken) & ~read.index.isin(file.aside)
    yield find_cells("date_order", "read_date", early)


def list_absent_visits(state: CleaningState) -> pd.DataFrame:
    """Return `participant_id, visit` that were due, are not there, and that no exit explains."""
    visits, ended = state.tables["visits"], state.tables["disposition"]
    left = ended[ended["status"].isin(["discontinued", "screen_failure"])]
    missed = (visits["status"] == "missed") & ~visits["participant_id"].isin(left["participant_id"])
    return visits.loc[missed, ["participant_id", "visit"]]


def list_absent_files(state: CleaningState) -> pd.DataFrame:
    """Return `participant_id, visit, form` where nothing of a file is there, as most people have.

    Only who came to the visit, and was not found ineligible, is asked about.
    """
    visits = state.tables["visits"]
    done = visits[(visits["status"] == "done") & visits["visit_date"].ne("")]
    eligible = done["participant_id"].map(find_eligible(state.tables["participants"]))
    came = pd.MultiIndex.from_frame(done.loc[eligible, ["participant_id", "visit"]]).unique()
    parts = [pd.DataFrame(columns=["participant_id", "visit", "form"], dtype="object")]
    for source in (DIARY, CAPILLAROSCOPY):
        file = state.files[source]
        keys = file.keys.assign(visit=state.places[source]["visit"])
        there = pd.Series(came.isin(pd.MultiIndex.from_frame(keys[["participant", "visit"]])), came)
        usual = there.groupby(level="visit").mean() > 0.5
        known = pd.Series(came.get_level_values("participant_id"), came).isin(
            keys.loc[find_unplanned(state, source), "participant"]
        )
        expected = came.get_level_values("visit").isin(usual.index[usual])
        absent = came[(~there & ~known).to_numpy() & expected]
        parts.append(absent.to_frame(index=False).assign(form=source))
    return pd.concat(parts, ignore_index=True)


def find_unplanned(state: CleaningState, source: str) -> pd.Series:
    """Say which entries of a file lie at no planned visit: they may be the missing ones."""
    planned = [visit.name for visit in state.study.visits if visit.day is not None]
    return ~state.places[source]["visit"].isin(planned)


def find_other_arms(state: CleaningState) -> Iterator[Finding]:
    """Rows whose event study.yml lists in another arm alone."""
    event = state.redcap.kept[EVENT]
    listed = {event for visit in state.study.visits for event in (visit.name, *visit.events)}
    other = event[~event.isin(listed)]
    for person, part in other.groupby(state.keys["participant"].loc[other.index]):
        cells = [(row, EVENT) for row in part.index]
        yield from find_together("other_arm", cells, group=str(person))


def find_shared_images(state: CleaningState) -> Iterator[Finding]:
    """Images whose number stands under two people, visits or places."""
    file = state.files[CAPILLAROSCOPY]
    frame = file.kept.join(file.keys[["participant", "visit"]])
    parts = frame[["visit", "hand", "finger", "field"]]
    place = frame["participant"].str.cat(parts, sep="|")
    several = place.groupby(frame["image_id"]).nunique()
    for image in several.index[(several > 1) & (several.index != "")]:
        cells = [(row, "image_id") for row in frame.index[frame["image_id"] == image]]
        yield from find_together("image_shared", cells, group=str(image))


def find_other_lines(state: CleaningState) -> Iterator[Finding]:
    """Lines of another length than nearly all others of the form: the mark counts by its line."""
    for instrument in ("hand_pain", "shaq"):
        for field in state.list_items(instrument):
            if field.place.item == "line_length":
                length = state.convert_numbers([field])[field.name].dropna()
                usual = length.mode().iloc[0] if len(length) else 0
                rare = length.ne(usual) & (length.eq(usual).mean() > _NEARLY_ALL)
                mask = rare.reindex(state.cells.index, fill_value=False)
                yield find_cells("line_differs", field.name, mask)
