"""What is missing, or stands in the wrong place, as a whole."""

from collections.abc import Iterator

import pandas as pd

from analysis.cleaning.export import CAPILLAROSCOPY, DIARY
from analysis.cleaning.populations import find_eligible
from analysis.cleaning.state import CleaningState, Finding, find_together
from analysis.cleaning.structure import EVENT


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
    """Rows of a person whose event belongs to another arm than most of their rows."""
    file = state.redcap
    arm = file.kept[EVENT].str.extract(r"_arm_([0-9]+)$")[0].fillna("")
    who = state.keys["participant"]
    counts = pd.DataFrame({"who": who, "arm": arm}).value_counts().reset_index()
    counts = counts.sort_values(["count", "arm"], ascending=[False, True])
    usual = counts.drop_duplicates("who").set_index("who")["arm"]
    other = arm[(arm != who.map(usual)) & (arm != "")]
    for person, part in other.groupby(who.loc[other.index]):
        cells = [(row, EVENT) for row in part.index]
        yield from find_together("other_arm", cells, group=str(person))


def find_shared_images(state: CleaningState) -> Iterator[Finding]:
    """Images whose number stands under two people, visits or places."""
    file = state.files[CAPILLAROSCOPY]
    frame = file.kept.join(file.keys[["participant", "visit"]])
    place = frame[["participant", "visit", "hand", "finger", "field"]].agg("|".join, axis=1)
    several = place.groupby(frame["image_id"]).nunique()
    for image in several.index[(several > 1) & (several.index != "")]:
        cells = [(row, "image_id") for row in frame.index[frame["image_id"] == image]]
        yield from find_together("image_shared", cells, group=str(image))
