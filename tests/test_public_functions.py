"""What `analysis` offers a person: few functions, each with an example that runs."""

import doctest
import importlib

import pytest

import analysis


def run_examples(text, name):
    example = doctest.DocTestParser().get_doctest(text, {}, name, None, None)
    assert example.examples, f"{name} has no example"
    flags = doctest.NORMALIZE_WHITESPACE
    assert doctest.DocTestRunner(optionflags=flags).run(example).failed == 0


@pytest.mark.parametrize("name", sorted(analysis.DOOR))
def test_every_function_of_the_door_explains_itself_with_an_example_that_runs(name):
    run_examples(getattr(analysis, name).__doc__, name)


def test_the_table_names_the_functions_of_the_door():
    lines = [line for line in analysis.__doc__.splitlines() if line.count("`") >= 2]
    assert [line.split("`")[1] for line in lines if line.split("`")[1] in analysis.DOOR] == [
        *analysis.DOOR
    ]
    assert set(analysis.DOOR) <= set(dir(analysis))


def test_the_door_is_where_the_functions_are_defined_and_no_test():
    for name, module in analysis.DOOR.items():
        assert getattr(importlib.import_module(module), name).__module__ == module
        assert not name.startswith("test_")


def test_what_is_not_offered_is_refused():
    with pytest.raises(AttributeError, match="summarise"):
        analysis.summarise  # noqa: B018


@pytest.mark.parametrize(
    "module", ["analysis.results", "analysis.reporting.figure", "analysis.describe.flow"]
)
def test_other_examples_run_as_well(module):
    tests = doctest.DocTestFinder(recurse=True).find(importlib.import_module(module))
    assert all(doctest.DocTestRunner().run(test).failed == 0 for test in tests)
