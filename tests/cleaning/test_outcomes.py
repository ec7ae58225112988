"""The table that ends check-data: what becomes of each registered outcome."""

from dataclasses import replace

import pytest

from analysis.cleaning import clean_export
from analysis.cleaning.check_data import follow_outcomes
from analysis.cleaning.export import DICTIONARY, MAP, REDCAP
from analysis.errors import DataError


def test_each_outcome_is_followed_from_its_fields_to_its_pairs(cleaned, study):
    table = follow_outcomes(cleaned, study).set_index("outcome")
    assert table.index.tolist() == [outcome.name for outcome in study.outcomes]
    assert table.loc["kapandji"].tolist() == [2, "28 of 28", 7, 7, 7]
    assert (table["paired"] == 7).all()


def test_an_outcome_that_no_field_feeds_has_zeros_and_the_others_stay(valid, study):
    names = ["kap_r", "kap_l"]
    tables = {name: valid.tables[name] for name in (DICTIONARY, MAP)}
    tables = {name: table[~table.iloc[:, 0].isin(names)] for name, table in tables.items()}
    tables[REDCAP] = valid.tables[REDCAP].drop(columns=[*names, "kapandji_complete"])
    found = clean_export(replace(valid, tables=valid.tables | tables), study)
    table = follow_outcomes(found, study).set_index("outcome")
    assert table.loc["kapandji"].tolist() == [0, "0 of 0", 0, 0, 0]
    assert table.loc["hand_mrss", "paired"] == 7


def test_what_would_stop_the_scoring_stops_here(valid, study):
    places = valid.tables[MAP].copy()
    places.loc[places["field"] == "circ_r2", "unit"] = "cm"
    found = clean_export(replace(valid, tables=valid.tables | {MAP: places}), study)
    with pytest.raises(DataError, match="unit is not the one"):
        follow_outcomes(found, study)
