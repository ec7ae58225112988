"""A template only chooses between words, and every branch of the shipped ones is reached."""

import dataclasses
import itertools

import pandas as pd
import pytest
from jinja2 import nodes
from small_report import STUDY, TEMPLATES, make_provenance, make_rows

from analysis.cleaning import clean_export
from analysis.cleaning.effects import describe_kept_apart
from analysis.cleaning.export import REDCAP, RawExport
from analysis.demo.export import make_export
from analysis.errors import DataError
from analysis.governance import DocumentVersion
from analysis.reporting.collect import collect_facts
from analysis.reporting.template_checks import check_template
from analysis.reporting.templates import (
    Template,
    join_lines,
    make_environment,
    parse_template,
    read_templates,
    render_template,
)
from analysis.results import Context, collect_results


def template(source):
    return Template("it", f"\n\n{source}", "report/sentences/results.md")


def render(source, **options):
    rows = make_rows(**options)
    return render_template(template(source), collect_facts(rows, STUDY, make_provenance()))


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("<< primary.hl >>\n<< primary.unit >>.", "{{< var efficacy.hand_mrss.hl >}} "
         "{{< var study.outcomes.hand_mrss.unit >}}."),
        ("<% if primary.side == \"better\" %>Better<% else %>Worse<% endif %>", "Better"),
        ("<% if events %>Some<% endif %>", ""),
        ("<< deaths.n or \"none\" >> << deaths.n | agree(\"was\", \"were\") >>", "none was"),
        ("<< started | agree(\"was\", \"were\") >>", "were"),
        ("<% for o in outcomes if o.better == \"none\" %>\n<< o.phrase >>\n<% endfor %>.",
         "{{< var study.outcomes.finger_circumference.phrase >}}."),
        ("<% for o in fewer %>x<% else %>nobody<% endfor %>", "nobody"),
        ("<# a remark #>Words", "Words"),
    ],
)  # fmt: skip
def test_facts_choose_the_words_and_print_as_their_keys(source, expected):
    source = source.replace("<% if events %>", "<% if serious.n %>")
    assert render(source) == expected


def test_names_are_listed_as_in_a_sentence():
    source = "<% for o in outcomes %><< o.role >><< loop | between(', ', ' and ') >><% endfor %>"
    assert render(source).count(", ") == 7
    assert render(source).count(" and ") == 1
    assert render("<< others.excluding_zero | listed('and') >>").count(" and ") == 1


def test_line_breaks_are_spaces_but_before_items_of_a_list():
    assert join_lines("\nOne\n  two\n ( three\n) .\n") == "One two (three)."
    assert join_lines("1. One\n  more\n\n2. Two\n- a\n- b") == "1. One more\n2. Two\n- a\n- b"


def test_a_name_that_stands_twice_stops(tmp_path):
    folder = tmp_path / "report" / "sentences"
    folder.mkdir(parents=True)
    (folder / "a.md").write_text("Some words.\n\n## say.it\n\nOne.\n", "utf-8")
    assert [(each.name, each.source.strip()) for each in read_templates(folder)] == [("it", "One.")]
    (folder / "b.md").write_text("## say.it\n\nTwo.\n", "utf-8")
    with pytest.raises(DataError, match=r"b.md:1: say.it stands in report/sentences/a.md already"):
        read_templates(folder)


def test_what_is_not_there_is_not_printed():
    source = "<< sequence.stopped.phrase >>"
    check_template(template(source), set())
    with pytest.raises(DataError, match=r"results.md:3: say.it: .*'phrase'"):
        render(source)


# Every branch

# hl, low, high, p, p_min, n_nonzero, n_pairs, lower, equal, higher
UNSURE = (-1.0, -2.5, 0.0, 0.125, 0.03125, 6, 7, 5, 1, 1)
WORSE = (1.5, 0.5, 2.5, 0.03125, 0.015625, 7, 7, 0, 0, 7)
BETTER = (-1.5, -2.5, -0.5, 0.03125, 0.015625, 7, 7, 7, 0, 0)
NOTHING = (0.0, 0.0, 0.0, 1.0, 1.0, 0, 7, 0, 7, 0)
TOO_FEW = (-1.5, None, None, 0.125, 0.125, 4, 4, 4, 0, 0)
OPEN = (-1.5, -2.5, None, 0.03125, 0.015625, 7, 7, 6, 0, 1)
MANY = (-1.5, -2.5, -0.5, 0.03125, 0.015625, 201, 201, 201, 0, 0)
NAMES = [outcome.name for outcome in STUDY.outcomes]
EVERY = {name: dict.fromkeys(NAMES, value) for name, value in (
    ("unsure", UNSURE), ("worse", WORSE), ("better", BETTER), ("nothing", NOTHING),
    ("few", TOO_FEW), ("open", OPEN), ("none", None),
)}  # fmt: skip
FLOW = ("flow.screened.n", "flow.enrolled.n", "flow.procedure_safety.n", "flow.full_analysis.n")
ULCERS = "safety.digital_ulcers"
REACTION = "safety.local_reaction.overall"
APART = "cleaning.hand_mrss"
LEFT_OUT = "sensitivity.hand_mrss.leave_one_out"
IMPROVED = [
    f"efficacy.hand_mrss.{name}"
    for name in ("n_improved", "n_worse", "n_beyond_better", "n_beyond_worse")
]
CASES = (
    {},
    {"origin": "real", "checksums": "absent"},
    {"columns": {"visit": "week_4", "population": "per_protocol"}},
    *({"changes": changes} for changes in EVERY.values()),
    {"changes": {"hand_mrss": BETTER, "raynaud_condition_score": UNSURE, "shaq": None}},
    {"changes": {**EVERY["better"], NAMES[-1]: UNSURE}},
    {"changes": {"shaq": TOO_FEW}},
    {"changes": dict.fromkeys(NAMES, MANY)},
    {"numbers": dict.fromkeys(IMPROVED, (0, 7))},
    {"numbers": dict.fromkeys(IMPROVED, (3, 7))},
    {"events": 0},
    {"serious": 1, "numbers": {"safety.deaths.n": (1, 7)}},
    {"numbers": dict.fromkeys(("safety.any.n", "safety.serious.n", "safety.deaths.n"), (0, 0))},
    {"numbers": {FLOW[0]: (1, 1), FLOW[1]: (0, 1)}},
    {"numbers": {FLOW[0]: (1, 1), FLOW[1]: (1, 1)}},
    *({"numbers": {stage: (0, 7)}} for stage in FLOW[1:]),
    {"numbers": {"flow.week_12.n_due": (0, 0)}},
    {"numbers": {"flow.week_12.n_attended": (0, 7)}},
    {"numbers": {"flow.week_12.n_in_window": (6, 7)}},
    {"numbers": {f"flow.week_12.n_{name}": (1, 7) for name in ("attended", "in_window")}},
    {"numbers": {"exposure.out_of_specification.n": (0, 7)}},
    {"numbers": {
        "exposure.out_of_specification.n": (0, 7), "exposure.volumes_test.contradicted.n": (1, 7)
    }},
    {"numbers": {f"{REACTION}.any": (0, 0)}},
    {"numbers": {f"{REACTION}.any": (0, 7)}},
    {"numbers": {f"{REACTION}.severe": (0, 7)}},
    {"numbers": {f"{REACTION}.severe": (0, 0)}},
    {"numbers": {f"{ULCERS}.baseline.n_active": (2, 6), f"{ULCERS}.week_12.n_new": (0, 7)}},
    {"numbers": {f"{ULCERS}.week_12.n_active": (2, 6), f"{ULCERS}.week_12.n_healed": (0, 7)}},
    {"numbers": {f"{ULCERS}.week_12.n_active": (2, 0)}},
    {"numbers": {"baseline.treated_hands.both.n": (5, 7)}},
    {"numbers": {"baseline.treated_hands.both.n": (0, 7)}},
    {"numbers": {f"{ULCERS}.week_4.n_new": (0, 0), f"{ULCERS}.week_12.n_new": (0, 0)}},
    {"numbers": {f"{ULCERS}.week_4.n_new": (1, 7), f"{ULCERS}.week_12.n_new": (1, 7)}},
    *({"numbers": {"efficacy.hand_mrss.n_deaths": (1, 7), "safety.deaths.n": (1, 7)}, **changed}
      for changed in ({}, {"changes": {"hand_mrss": TOO_FEW}})),
    {"numbers": {f"{APART}.n_kept_apart": (1, 6), f"{APART}.joined.hl": (-0.5, 7),
                 f"{APART}.joined.hl_low": (-1, 7), f"{APART}.joined.hl_high": (0.5, 7)}},
    {"numbers": {f"{APART}.n_kept_apart": (2, 3), f"{APART}.joined.hl": (-0.5, 4)}},
    *({"numbers": {f"{LEFT_OUT}.hl_lowest": (-1.5, 6), f"{LEFT_OUT}.hl_highest": (highest, 6)}}
      for highest in (-1.5, -0.5)),
    {"numbers": {"safety.serious_related_product.n": (1, 7)}, "serious": 1},
    {"plan": ("5c2c0de", "2030-01-31", "")},
    {"plan": ("", "", "")},
    {"plan": ("5c2c0de", "2030-01-31", "the visits"), "exported_on": ""},
    {"outcomes": STUDY.outcomes[:1]},
    {"outcomes": STUDY.outcomes[:1], "changes": {"hand_mrss": UNSURE}},
    {"outcomes": tuple(dataclasses.replace(each, role="primary")
                       for each in STUDY.outcomes if each.threshold)},
    *({"changes": {"hand_mrss": (None, None, None, 0.25, 0.25, 3, n, n, 0, 0)},
       "numbers": {"efficacy.hand_mrss.n_deaths": (3 - n, 3)}} for n in (0, 1)),
    {"origin": "real", "study": {"study": dataclasses.replace(
        STUDY.study, first_posted=STUDY.study.registered_start
    )}},
    {"study": {"publication": dataclasses.replace(
        STUDY.publication,
        coarsen_listings=dataclasses.replace(STUDY.publication.coarsen_listings, value=False),
    )}},
    {"study": {"analysis": dataclasses.replace(
        STUDY.analysis, zeros=dataclasses.replace(STUDY.analysis.zeros, value="pratt")
    )}},
    {"outcomes": tuple(
        dataclasses.replace(each, threshold=each.threshold and dataclasses.replace(
            each.threshold, measurement_error_derivation=""
        )) for each in STUDY.outcomes
    )},
    {"outcomes": tuple(dataclasses.replace(each, better="none") for each in STUDY.outcomes)},
)  # fmt: skip


def collect_case(case):
    options = {name: case[name] for name in ("changes", "events", "serious", "origin")
               if name in case}  # fmt: skip
    rows = make_rows(**options).assign(**case.get("columns", {}))
    numbers = case.get("numbers", {})
    rows = rows[~rows["result_id"].isin(numbers)]
    added = [{"result_id": key, "value": value, "n": n, "method": ""}
             for key, (value, n) in numbers.items()]  # fmt: skip
    rows = pd.concat([rows, pd.DataFrame(added)]) if added else rows
    study = dataclasses.replace(STUDY, outcomes=case.get("outcomes", STUDY.outcomes))
    plan = DocumentVersion(*case.get("plan", ("5c2c0de", "2032-01-31", "the visits")))
    documents = dataclasses.replace(STUDY.documents, plan=plan)
    study = dataclasses.replace(study, documents=documents, **case.get("study", {}))
    origin = make_provenance(case.get("origin", "simulated"), case.get("checksums", "verified"))
    exported_on = case.get("exported_on", origin.exported_on)
    return collect_facts(rows, study, dataclasses.replace(origin, exported_on=exported_on))


def mark_branches(tree):
    """Write a mark into every branch of a template, also where it says nothing; return them."""
    counted = itertools.count()
    marks = {}

    def mark(node, branch):
        marks[f"\0{next(counted)}\0"] = (node.lineno, type(node).__name__)
        branch.insert(0, nodes.Output([nodes.TemplateData(list(marks)[-1])]))

    chained = {id(each) for node in tree.find_all(nodes.If) for each in node.elif_}
    for node in list(tree.find_all((nodes.If, nodes.For))):
        mark(node, node.body)
        if (isinstance(node, nodes.If) and id(node) not in chained) or node.else_:
            mark(node, node.else_)
    return marks


@pytest.mark.parametrize(("reason", "said"), [("3", True), ("5", False)])
def test_both_primary_results_are_said_while_a_date_decides_a_pair(reason, said):
    """Lost before week 12, of which there are data; who only stopped treatment forms a pair."""
    made = make_export(7, 2016, faults="none")
    tables = {name: table.astype("str") for name, table in made.tables.items()}
    main = tables[REDCAP]
    ended = main.index[main["record_id"].eq("SIM-03") & main["disp_status"].ne("")][0]
    main.loc[ended, ["disp_status", "disp_reason", "disp_date"]] = ["2", reason, "2021-09-01"]
    provenance = make_provenance()
    export = RawExport("it", tables, dict.fromkeys(tables, "utf-8"), {}, provenance)
    context = Context("cleaning", "01_clean", "simulated", "full_analysis")
    rows = describe_kept_apart(export, clean_export(export, STUDY), STUDY, context)
    results = pd.concat([make_rows(), *([collect_results(rows)] if rows else [])])
    facts = collect_facts(results, STUDY, provenance)
    (sentence,) = (each for each in TEMPLATES if each.name == "primary_kept_apart")
    text = render_template(sentence, facts)
    assert ("cleaning.hand_mrss.joined.hl_low" in text) == said
    assert text == "" or text.endswith(").")


@pytest.fixture(scope="module")
def cases():
    return [collect_case(case) for case in CASES]


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda each: each.name)
def test_every_branch_is_reached(template, cases):
    tree = parse_template(template)
    marks = mark_branches(tree)
    marked = make_environment().from_string(tree)
    rendered = "".join(marked.render(vars(facts)) for facts in cases)
    missed = {place for mark, place in marks.items() if mark not in rendered}
    assert not missed, f"{template.file}: no case reaches {sorted(missed)}"


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda each: each.name)
def test_every_sentence_is_whole(template, cases):
    for facts in cases:
        said = render_template(template, facts)
        assert (
            not said
            or said.startswith(("1. ", "**"))
            or said[0].isupper()
            or "{{" in said[:3]
            or template.name == "intercurrent_events"
        )
        assert not said or said.endswith(".")
        assert said.count("(") == said.count(")")
        for wrong in (" ,", " ;", "  ", "..", ",.", ";.", "()", "nan"):
            assert wrong not in said, said
