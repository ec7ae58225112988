"""Contradictions between visits: sides, fingers, scales, arms, images, ulcers, what is absent.

A check yields findings about cells of one file; it changes nothing and asks.
"""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from analysis.cleaning.dates import parse_days
from analysis.cleaning.export import CAPILLAROSCOPY, DIARY, REDCAP
from analysis.cleaning.populations import find_eligible
from analysis.cleaning.reshape import ask_rows, find_visit_dates, join_cells, list_form_rows
from analysis.cleaning.state import CleaningState, Finding, find_cells, find_together
from analysis.cleaning.structure import EVENT
from analysis.instruments.digital_ulcers import DIGITAL_ULCER

EVENTS, ULCER_ITEMS = "adverse_events", "digital_ulcers"
# A swap shows where the differences between right and left change sign as a whole: their sum of
# products is negative, and exchanging them brings the visits together by this much (mm).
MIN_FINGERS, MIN_GAIN, MAX_LEFT = 4, 6.0, 0.5
# Ratings of one person differ and fall; a tenth of all the others, and all the others high, is a
# scale. At the first and the last visit a fall is likelier, so the neighbour must be further off.
MIN_OTHERS, LOWEST_OTHER, RATIO = 2, 40, (7, 14)
LOWEST_RATIO, EDGE_RATIO = 5, 7
NEARLY_ALL = 0.8
# From so many times the size an ulcer was measured in another unit.
_OTHER_UNIT = 8


def find_early_exits(state: CleaningState) -> Iterator[Finding]:
    """Participations that ended before the last visit; stopping treatment need not end them.

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


def order_visits(state: CleaningState, keys: pd.DataFrame) -> pd.DataFrame:
    """Return the keys of rows by participant, and then in the order of the plan."""
    places = {visit.name: place for place, visit in enumerate(state.study.visits)}
    return keys.assign(place=keys["visit"].map(places)).sort_values(
        ["participant", "place"], kind="stable"
    )


def find_swapped_sides(state: CleaningState) -> Iterator[Finding]:
    """Visits at which right and left finger circumference look exchanged against baseline.

    With d the differences right minus left of the fingers, the distance between the visits is
    the sum of \\|d - d0\\|, and after exchange the sum of \\|d + d0\\|.
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


def find_far_fingers(state: CleaningState) -> Iterator[Finding]:
    """One finger, two exchanged ones, or a whole hand far from themselves at the other visits."""
    numbers = state.convert_numbers(state.list_items("finger_circumference"))
    numbers = numbers[numbers.notna().sum(axis=1) >= 4]
    who = state.keys.loc[numbers.index, "participant"]
    least = state.study.queries.finger_far_mm.value
    # In the middle of two visits either would be as far as the other.
    usual = numbers.groupby(who).transform("median")
    several = numbers.groupby(who).transform("count") >= 3
    away = (numbers - usual).where(several)
    rest = away.sub(away.median(axis=1), axis=0)
    far = (rest.abs() > least) & (away.abs() > least)
    whole = away.abs() > least
    few = far.sum(axis=1).between(1, 2)
    for row in numbers.index[few | (whole.sum(axis=1) >= MIN_FINGERS)]:
        odd = (far if few[row] else whole).loc[row].to_numpy()
        cells = [(str(row), str(name)) for name in numbers.columns[odd]]
        yield from find_together("finger_far", cells, group=str(row))


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
    """Return which ratings, in the order of the visits, are about a tenth of the others."""
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


def list_absent_visits(state: CleaningState) -> pd.DataFrame:
    """Return `participant_id, visit` that were due, are not there, and that no exit explains."""
    visits, ended = state.tables["visits"], state.tables["disposition"]
    left = ended[ended["status"].isin(["discontinued", "screen_failure"])]
    missed = (visits["status"] == "missed") & ~visits["participant_id"].isin(left["participant_id"])
    return visits.loc[missed, ["participant_id", "visit"]]


def list_absent_files(state: CleaningState) -> pd.DataFrame:
    """Return `participant_id, visit, form` where nothing of a file is there, as most people have.

    Only eligible people who came to the visit are asked about.
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
    """Return which entries of a file lie at no planned visit: they may be the missing ones."""
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
                rare = length.ne(usual) & (length.eq(usual).mean() > NEARLY_ALL)
                mask = rare.reindex(state.cells.index, fill_value=False)
                yield find_cells("line_differs", field.name, mask)


def select_ulcer_events(events: pd.DataFrame) -> pd.DataFrame:
    """Return the adverse events whose term, as recorded or as coded, can be a digital ulcer."""
    words = events["term"] + " " + events["coded_term"]
    return events[words.str.contains(DIGITAL_ULCER)]


def find_ended_ulcers(state: CleaningState) -> Iterator[Finding]:
    """New ulcers that are still active at a later visit, after every event of an ulcer has ended.

    An event without an exact end may go on.
    """
    ulcers = list_recorded_ulcers(state)
    events = select_ulcer_events(list_form_rows(state, EVENTS))
    new = ulcers[ulcers["new"].eq(1) & ulcers["active"].eq(1)]
    later = ulcers[ulcers["new"].ne(1) & ulcers["active"].eq(1)].reset_index(names="row")
    both = later.merge(new, on=["participant", "location"], suffixes=("", "_first"))
    for ulcer in both[both["day"] > both["day_first"]].itertuples():
        of_person = events[events["participant"] == ulcer.participant]
        begun = of_person[of_person["start_date"] <= ulcer.day_first]
        ended = begun["end_date"].str.len().eq(10) & (begun["end_date"] < ulcer.day)
        if len(begun) and ended.all() and len(begun) == len(of_person):
            cells = join_cells(state, begun.index, EVENTS, ("end_date",))
            found = [*cells, (str(ulcer.row), str(ulcer.field))]
            yield from find_together("ulcer_event_ended", found, group=str(ulcer.row))


def list_recorded_ulcers(state: CleaningState) -> pd.DataFrame:
    """Return the recorded ulcers: person, visit and its day, finger, `new`, `active`, `healed`,
    `size`.

    `field` is the column for whether it is active; no rows where the export lacks one.
    """
    held = {field.place.item: field for field in state.list_items(ULCER_ITEMS)}
    names = ["new", "active", "healed", "size"]
    if not {"side", "finger", "active"} <= held.keys():
        return pd.DataFrame(columns=["participant", "visit", "location", "day", "field", *names])
    cells = state.convert_numbers(held[name] for name in names if name in held)
    cells = cells.rename(columns={held[name].name: name for name in names if name in held})
    cells = cells.reindex(columns=names).join(state.keys[["participant", "visit"]])
    cells = cells.assign(
        location=state.places[REDCAP]["location"],
        day=find_visit_dates(state, state.keys),
        field=held["active"].name,
    )
    return cells[cells["location"] != ""]


def find_ulcer_histories(state: CleaningState) -> Iterator[Finding]:
    """Ulcers of two visits in a row that do not fit together.

    An active ulcer that was not new is on record at the next visit, too (if most of this export
    are: a form may hold active ones only); what was not there, or had healed, is new; and no size
    is many times another.
    """
    order = {visit.name: at for at, visit in enumerate(state.study.visits) if visit.day is not None}
    ulcers, gate = list_recorded_ulcers(state), state.find_words_of("visits", "ulcers_present")
    looked = state.keys[(gate != "").to_numpy()] if gate is not None else state.keys.iloc[:0]
    # By the plan, since a date may be wrong; two ulcers may be of one finger.
    rows = ulcers.assign(at=ulcers["visit"].map(order)).dropna(subset="at").reset_index(names="row")
    visits = pd.concat([looked.assign(at=looked["visit"].map(order)), rows])
    visits = visits[["participant", "at"]].dropna().drop_duplicates()
    visits = visits.sort_values(["participant", "at"])
    visits = visits.assign(before=visits.groupby("participant")["at"].shift()).dropna()
    now = rows.merge(visits, on=["participant", "at"])
    was = rows.rename(columns={"at": "before"}).merge(visits, on=["participant", "before"])
    place = ["participant", "location", "at"]
    states = was.groupby(place)[["active", "size"]].max().add_suffix("_before")
    now = now.join(states, on=place)
    known = pd.MultiIndex.from_frame(now.loc[now["new"].ne(1), place])
    lasting = was["active"].eq(1) & was["new"].ne(1)
    gone = lasting & ~pd.MultiIndex.from_frame(was[place]).isin(known)
    gone &= gone.sum() < lasting.sum() / 2
    active_before = now["active_before"].eq(1)
    odd = now["new"].eq(0) & now["active"].eq(1) & ~active_before
    ratio = now["size"] / now["size_before"]
    odd |= active_before & now["active"].eq(1) & (ratio.ge(_OTHER_UNIT) | ratio.le(1 / _OTHER_UNIT))
    asked = pd.concat([was[gone], now[odd]])
    for who, part in asked.groupby(["participant", "at"]):
        cells = list(zip(part["row"], part["field"], strict=True))
        yield from find_together("ulcer_differs", cells, group="|".join(map(str, who)))
