"""Templates that compute, name what is no fact, type a number or claim too much are refused."""

import pytest

from analysis.errors import DataError
from analysis.reporting.template_checks import check_template
from analysis.reporting.templates import Template

KEYS = {"study.analysis.alpha", "efficacy.hand_mrss.hl", "say.other"}


def template(source):
    return Template("it", f"\n\n{source}", "report/sentences/results.md")


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        ("<< primry.hl >>", r"results.md:3: primry is no fact. Did you mean primary"),
        ("Words\n<< primary.hl_lo >>", r"results.md:4: hl_lo is no fact. Did you mean hl_low"),
        ("<% if planned %><% else %><< vist.day >><% endif %>", "vist is no fact. Did you mean"),
        ("<% for o in outcomes %><< o.phrse >><% endfor %>", "Did you mean phrase"),
        ("<% for o in outcomes %><% endfor %><< o.phrase >>", "o is no fact"),
        ("<% for o in outcomes if o.threshold %><< o.threshold.valu >><% endfor %>", "mean value"),
        ("<< primary.hl.value >>", "value is no fact. Known: "),
        ("<< primary.hl | round >>", "round is no fact"),
        ("{{< var efficacy.hand_mrss.hll >}}", "Did you mean efficacy.hand_mrss.hl"),
        ("{{< meta title >}}", "the shortcode meta is not known"),
        ("<< planned >>", "this fact is a condition and cannot be printed"),
        ("<< outcomes >>", "this fact is a condition and cannot be printed"),
        ("<% for o in primary %><% endfor %>", "this is no list"),
    ],
)
def test_an_unknown_name_stops_in_any_branch_with_its_line_and_the_nearest(source, problem):
    with pytest.raises(DataError, match=problem):
        check_template(template(source), KEYS)


@pytest.mark.parametrize(
    "source",
    [
        "<< primary.hl + primary.hl >>",
        "<< primary.hl * 2 >>",
        "<< -primary.hl >>",
        "<% set x = primary %>",
        "<< primary.hl.__class__ >>",
        "<< outcomes[0].hl >>",
        "<< primary.hl.hex() >>",
        "<% include 'x' %>",
        "<% macro x() %><% endmacro %>",
        "<< 'a' ~ 'b' >>",
        "<< 'a' if planned else 'b' >>",
        "<% if planned is true %><% endif %>",
        "<< range(3) >>",
    ],
)
def test_a_template_cannot_compute(source):
    with pytest.raises(DataError, match=r"results.md:3: "):
        check_template(template(source), KEYS)


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        ("<% if planned %>It was 3.<% endif %>", "results.md:3: the number '3.' is typed"),
        ("Words\n<% if planned %>\nseven of them\n<% endif %>", "md:5: the number 'seven' is"),
        ("<% if planned %><% else %>\nA significant fall.<% endif %>", "md:4: the report never"),
        ("A treatment\neffect.", "md:3: the report never prints 'treatment effect'"),
        ("<< deaths.n or 'no responders' >>", "never prints 'responders'"),
        ("<< started | agree('was safe', 'were safe') >>", "never prints 'safe'"),
        ("<< 3 >>", "cannot be printed"),
        ("<% if planned", "results.md:3: "),
        ("<% if planned %>Words", "results.md:3: "),
    ],
)
def test_typed_numbers_and_claims_stop_in_any_branch(source, problem):
    with pytest.raises(DataError, match=problem):
        check_template(template(source), KEYS)


def test_a_number_may_stand_in_a_condition_and_a_key_in_the_words():
    source = "<% if primary.n_pairs > 3 %>At {{< var study.analysis.alpha >}}.<% endif %>"
    check_template(template(source), KEYS)
