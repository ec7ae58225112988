"""The catalogue, the cards and the command line."""

import dataclasses

import pytest
from instrument_items import STUDY

from analysis import paths
from analysis.__main__ import main
from analysis.errors import DataError, UsageError
from analysis.instruments.cards import BASES, fill_in_settings, make_card
from analysis.instruments.catalogue import INSTRUMENTS, find_instrument, find_range, find_variant
from analysis.instruments.scores import list_components

NAMES = [
    *("capillaroscopy", "cochin", "digital_ulcers", "finger_circumference", "hand_pain", "haq"),
    *("kapandji", "mrss", "raynaud", "shaq"),
]


def test_every_instrument_is_a_module_of_its_name():
    assert [instrument.name for instrument in INSTRUMENTS] == NAMES
    modules = {path.stem for path in (paths.ROOT / "analysis/instruments").glob("*.py")}
    assert set(NAMES) <= modules


@pytest.mark.parametrize(
    ("instrument", "item", "limits"),
    [
        ("mrss", "face", (0, 3)),
        ("raynaud", "rating", (0, 10)),
        ("hand_pain", "vas", (0, None)),
        ("laboratory", "wbc", (None, None)),
    ],
)
def test_an_item_has_the_range_of_its_definition_or_of_the_study(instrument, item, limits):
    assert find_range(instrument, item, STUDY.scoring) == limits


@pytest.mark.parametrize(
    ("name", "items"),
    [("mrss", 17), ("cochin", 18), ("haq", 20), ("kapandji", 6), ("finger_circumference", 8)],
)
def test_an_instrument_has_as_many_graded_items_as_its_definition_says(name, items):
    instrument = find_instrument(name)
    scored = [item for item in instrument.items if item.name != "recorded_total" and item.high != 1]
    assert sum(len(item.locations) for item in scored) == items


def test_the_study_names_only_variants_and_components_that_exist():
    for outcome in (*STUDY.outcomes, *STUDY.supporting):
        instrument = find_instrument(outcome.instrument)
        shown = list_components(outcome, find_variant(instrument, outcome.variants["primary"]))
        assert tuple(component.name for component in shown) == outcome.components


def test_the_range_of_an_outcome_is_that_of_its_primary_variant():
    for outcome in STUDY.outcomes:
        variant = find_variant(find_instrument(outcome.instrument), outcome.variants["primary"])
        assert outcome.range == (variant.low, variant.high), outcome.name
        assert outcome.better == find_instrument(outcome.instrument).better, outcome.name


def test_an_unknown_component_or_variant_is_refused():
    outcome = dataclasses.replace(STUDY.outcome("kapandji"), components=("thumb",))
    with pytest.raises(DataError, match="kapandji has no component thumb"):
        list_components(outcome, find_variant(find_instrument("kapandji"), "both_hands"))
    with pytest.raises(UsageError, match="Known: both_hands, modified_index"):
        find_variant(find_instrument("kapandji"), "sum")


@pytest.mark.parametrize("name", NAMES)
def test_a_card_tells_every_item_every_variant_and_every_source(name):
    instrument, card = find_instrument(name), make_card(find_instrument(name))
    shown = {row[0] for row in card}
    assert {item.name for item in instrument.items} <= shown
    assert {variant.name for variant in instrument.variants} <= shown
    assert {(source.citation, BASES[source.basis]) for source in instrument.sources} <= set(card)
    assert all(text for row in card for text in row)


def test_the_command_lists_all_prints_one_and_helps_with_a_wrong_name(capsys):
    assert main(["instruments"]) == 0
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == NAMES
    assert main(["instruments", "cochin"]) == 0
    assert "  kitchen_8: peel fruit; 0 to 5" in capsys.readouterr().out.splitlines()
    assert main(["instruments", "cochinn"]) == 2
    assert "Did you mean cochin." in capsys.readouterr().err


def test_a_rule_states_the_settings_of_study_yml():
    fingers = dataclasses.replace(STUDY.scoring.circumference_min_fingers, value=3)
    scoring = dataclasses.replace(STUDY.scoring, circumference_min_fingers=fingers)
    instrument = fill_in_settings(find_instrument("finger_circumference"), scoring)
    assert instrument.missing_rule == "at least 3 of 8 fingers, 2 of 4 for a hand"
