"""Contradictions about events, ulcers and the end, and rows that contradict themselves."""

import fnmatch
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import pandas as pd

from analysis.cleaning.dates import parse_days
from analysis.cleaning.export import REDCAP
from analysis.cleaning.fields import Field, list_columns
from analysis.cleaning.reshape import ask_rows, find_visit_dates, join_cells, list_form_rows
from analysis.cleaning.state import CleaningState, Finding, find_cells, find_together
from analysis.plan import QueryThresholds

EVENTS, EXIT, _ULCERS = "adverse_events", "disposition", "digital_ulcers"
_ROW_RULES = Path(__file__).with_name("row_rules.csv")
_THRESHOLDS = fields(QueryThresholds)
_WORDS = {"likely": ["possible", "probable", "definite"]}
# Where the limited form is assumed to leave the skin alone.
PROXIMAL = ("anterior_chest", "abdomen", "upper_arm", "thigh")
# By which words something is coded, and as what.
CODED = (
    (EVENTS, "term", "coded_term"),
    (EVENTS, "coded_term", "class"),
    ("medications", "name", "class"),
)
# From so many times the size an ulcer was measured in another unit.
_OTHER_UNIT = 8
_ULCER_WORDS = r"ulcer|궤양"


def find_fatal(events: pd.DataFrame) -> pd.Series:
    """Say which adverse events, as `list_form_rows` returns them, ended in death by any column."""
    return (
        events["outcome"].eq("fatal")
        | events["grade"].eq("5")
        | events["serious_criterion"].eq("death")
    )


def select_ulcer_events(events: pd.DataFrame) -> pd.DataFrame:
    """Return the adverse events whose term, as recorded or as coded, names an ulcer."""
    words = events["term"] + " " + events["coded_term"]
    return events[words.str.contains(_ULCER_WORDS, case=False)]


def find_row_contradictions(state: CleaningState) -> Iterator[Finding]:
    """Rows that contradict themselves, or what else is known of the person.

    row_rules.csv holds a condition a line (`where`, as `pandas.DataFrame.query` reads it), with its
    rule, its table, and the columns that are asked about. Columns in `empty` are asked about
    because nothing is in them: not where a rule has emptied them, or asks already.
    """
    thresholds = {each.name: getattr(state.study.queries, each.name).value for each in _THRESHOLDS}
    known = _describe_people(state)
    rules = pd.read_csv(_ROW_RULES, dtype="str").fillna("")
    rows = {table: _describe_rows(state, table, known) for table in rules["table"].unique()}
    for rule, table, where, asked, empty in rules.itertuples(index=False):
        columns = _list_asked_columns(state, table)
        if set(empty.split()) <= set(columns):
            found = rows[table].query(where, engine="python", local_dict=thresholds | _WORDS).index
            for name in empty.split():
                blank = state.redcap.raw.loc[found, columns[name].name].eq("")
                found = found[blank.to_numpy(dtype=bool) & (not columns[name].required)]
            names = [each for name in asked.split() for each in fnmatch.filter(columns, name)]
            for row in found:
                cells = [(row, columns[name].name) for name in names]
                yield from find_together(rule, cells, group=f"{row} {asked}")


def _list_asked_columns(state: CleaningState, table: str) -> dict[str, Field]:
    """Return the fields of a table by column; of ulcers, which are items, by item."""
    if table != _ULCERS:
        return list_columns(state.fields[REDCAP], table)
    return {field.place.item: field for field in state.list_items(_ULCERS)}


def _describe_people(state: CleaningState) -> pd.DataFrame:
    """Return by participant what a row of theirs may contradict."""
    tables = state.tables
    people = tables["participants"].set_index("participant_id")
    events, treated = list_form_rows(state, EVENTS), list_form_rows(state, "procedures")
    begun = treated[(treated["anaesthesia_start"] != "") | (treated["first_injection"] != "")]
    died = {*events.loc[find_fatal(events), "participant"]}
    died |= {*tables[EXIT].loc[tables[EXIT]["reason"].eq("death"), "participant_id"]}
    dates = tables["visits"].set_index("participant_id")["visit_date"]
    visits = dates[dates != ""].groupby(level=0)
    first = state.study.list_visits("screening", "baseline")
    ulcers = list_recorded_ulcers(state)
    items = tables["items"]
    skin = items["instrument"].eq("mrss") & items["item"].isin(PROXIMAL)
    skin &= items["visit"].isin(first)
    return pd.DataFrame(
        {
            "found_eligible": people["eligible"],
            "consented": people["consent_date"],
            "age": people["age"],
            "treated": people.index.isin(begun["participant"]),
            "died": people.index.isin(died),
            "had_ulcer": people.index.isin(ulcers.loc[ulcers["visit"].isin(first), "participant"]),
            "proximal_skin": items[skin].groupby("participant_id")["value"].sum(),
            "treatment": state.days.reindex(people.index),
            "first_visit": parse_days(visits.min()),
            "visit": parse_days(visits.max()),
            "last": parse_days(_find_last_days(state)),
        },
        index=people.index,
    )


def _describe_rows(state: CleaningState, table: str, known: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of a form with what is known of the person, and days between dates."""
    rows = list_recorded_ulcers(state) if table == _ULCERS else list_form_rows(state, table)
    of_person = known.reindex(rows["participant"]).set_axis(rows.index)
    rows = rows.drop(columns=rows.columns.intersection(known.columns)).join(of_person)
    rows = rows.assign(visited=find_visit_dates(state, state.keys.loc[rows.index]))
    for name in [name for name in rows if name in ("start_date", "end_date", "change_date")]:
        day = parse_days(rows[name])
        for since in ("treatment", "visit", "last"):
            rows[f"{name}_after_{since}"] = (day - of_person[since]).dt.days
    if table == EVENTS:
        rows["fatal"] = find_fatal(rows)
    elif table == "procedures":
        volumes = rows.filter(regex="^injected_.*_ml$").apply(pd.to_numeric, errors="coerce")
        recorded = any(name in volumes for name in _list_asked_columns(state, table))
        rows["injected"] = volumes.sum(axis=1) if recorded else float("nan")
    elif table == "participants":
        height, weight = (pd.to_numeric(rows[name]) for name in ("height_cm", "weight_kg"))
        rows["mass_index"] = weight / (height / 100) ** 2
        consent = parse_days(rows["consent_date"])
        rows["consent_lead"] = (of_person["first_visit"] - consent).dt.days
    return rows


def find_exit_disagreements(state: CleaningState) -> Iterator[Finding]:
    """Events and the end of participation agree both ways about death, withdrawal and dates.

    A death after the trial was completed is none of them.
    """
    events, exits = list_form_rows(state, EVENTS), list_form_rows(state, EXIT)
    exits = exits[exits["status"] != ""].drop_duplicates("participant")
    ends = exits.reset_index(names="row").set_index("participant")
    fatal = events[find_fatal(events)].drop_duplicates("participant")
    left = events[events["led_to_withdrawal"].eq("yes")].drop_duplicates("participant")
    for row, event in fatal.iterrows():
        end = ends.loc[event["participant"]] if event["participant"] in ends.index else None
        died = event["end_date"]
        cells = join_cells(state, [str(row)], EVENTS, ("outcome", "end_date"))
        if end is None:
            yield from find_together("death_elsewhere", cells[:1], group=str(row))
            continue
        there = join_cells(state, [end["row"]], EXIT, ("status", "end_date", "reason"))
        later = bool(end["status"] == "completed" and died and died > end["end_date"])
        if end["reason"] != "death" and not later:
            yield from find_together("death_elsewhere", cells + there, group=str(row))
        elif end["reason"] == "death" and died and end["end_date"] not in ("", died):
            yield from find_together("death_date_differs", cells + there, group=str(row))
    alone = exits["reason"].eq("death") & ~exits["participant"].isin(fatal["participant"])
    yield from ask_rows(
        state, "death_elsewhere", EXIT, exits.index[alone], ("status", "end_date", "reason")
    )
    for row, event in left.iterrows():
        completed = exits.index[
            exits["participant"].eq(event["participant"]) & exits["status"].eq("completed")
        ]
        if len(completed):
            cells = join_cells(state, [str(row)], EVENTS, ("led_to_withdrawal",))
            cells += join_cells(state, completed, EXIT, ("status",))
            yield from find_together("withdrawal_elsewhere", cells, group=str(row))
    because = exits["reason"].eq("adverse_event") & ~exits["participant"].isin(left["participant"])
    because &= ~exits["participant"].isin(fatal["participant"])
    yield from ask_rows(
        state, "withdrawal_elsewhere", EXIT, exits.index[because], ("status", "reason")
    )


def _find_last_days(state: CleaningState) -> pd.Series:
    """Return the last day (ISO) of a visit or of the end of participation, by participant."""
    dates = pd.concat(
        [
            state.tables["visits"].set_index("participant_id")["visit_date"],
            state.tables[EXIT].set_index("participant_id")["end_date"],
        ]
    )
    return dates[dates != ""].groupby(level=0).max()


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
    held = {field.place.item: field for field in state.list_items(_ULCERS)}
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
    known = pd.MultiIndex.from_frame(now[place])
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


def find_coded_apart(state: CleaningState) -> Iterator[Finding]:
    """Terms that most rows code otherwise: the rarer code is asked about."""
    for table, name, code in CODED:
        rows = list_form_rows(state, table)
        rows = rows.assign(wording=rows[name].map(fold_words))
        rows = rows[(rows["wording"] != "") & (rows[code] != "")]
        counts = rows.groupby(["wording", code]).size().rename("size").reset_index()
        counts = counts.sort_values(["size", code], ascending=[False, True], kind="stable")
        usual = counts.drop_duplicates("wording").set_index("wording")[code]
        differs = rows[code] != rows["wording"].map(usual)
        yield from ask_rows(state, "coded_apart", table, rows.index[differs], (name, code))


def unify_terms(state: CleaningState) -> Iterator[Finding]:
    """Spell a term everywhere as most events do, so that it counts as one term."""
    for column in ("term", "coded_term"):
        terms = state.find_cells_of(EVENTS, column)
        if terms is not None:
            terms = terms[terms != ""]
            counts = terms.value_counts().rename_axis("text").reset_index()
            counts = counts.assign(folded=counts["text"].map(fold_words))
            counts = counts.sort_values(["count", "text"], ascending=[False, True])
            usual = counts.drop_duplicates("folded").set_index("folded")["text"]
            spelled = terms.map(fold_words).map(usual)
            yield find_cells("term_spelling", str(terms.name), spelled != terms, spelled)


def fold_words(text: str) -> str:
    """Return a term without what is only spelling: case and spaces."""
    return " ".join(text.casefold().split())
