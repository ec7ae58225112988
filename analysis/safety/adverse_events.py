"""Results of the adverse events: overview, classes and terms, grades, relations."""

from analysis.results import Context, collect_results
from analysis.safety.counts import summarise_adverse_events, summarise_classes_and_terms
from analysis.safety.overview import RELATIONS, summarise_overview
from analysis.safety.phases import PROCEDURE, PRODUCT, select_emergent
from analysis.safety.rows import COUNTS, make_count_rows, slug_texts, slugify


def tabulate_adverse_events(events, participants, context, *, group=None, confidence=0.95):
    """Make every result of the adverse events, for both periods.

    Events from the start of anaesthesia are counted in the procedure-safety population and
    bear the shortest ids (``safety.any.participants``); those from the first injection are
    counted in the product-safety population, qualified ``product_emergent``.

    Parameters
    ----------
    events : pandas.DataFrame
        As `analysis.safety.phases.assign_phases` returns them.
    participants : pandas.DataFrame
        The table participants, everyone.
    context : analysis.results.Context
        Its population is set by each period.
    group : str, optional
        Column of `participants` with the arms.
    confidence : float
        Of the Clopper-Pearson intervals.

    Returns
    -------
    pandas.DataFrame
        The table results.
    """
    classes, terms = slug_texts(events["class"]), slug_texts(events["coded_term"])
    options = {"group": group, "confidence": confidence}
    counted, _ = select_emergent(events, participants, PROCEDURE)
    rows = []
    for period in (PROCEDURE, PRODUCT):
        inside, people = select_emergent(events, participants, period)
        prefix = "" if period is PROCEDURE else period.name
        within = Context(context.analysis, context.notebook, context.data_origin, period.population)
        rows += _count_overview(inside, people, within, prefix, options)
        rows += _count_terms(
            inside, people, within, prefix, {**options, "among": counted}, classes, terms
        )
        rows += _count_grades(inside, people, within, prefix, options, classes, terms)
        rows += _count_relations(inside, people, within, prefix, options)
    return collect_results(rows)


def join_ids(*parts):
    """Join the parts of a qualifier that are not empty."""
    return ".".join(part for part in parts if part)


def name_grade(grade):
    """Return the part of an id for a grade: ``grade_3``, or ``grade_not_recorded``."""
    return f"grade_{slugify(str(grade))}"


def _count_overview(events, people, context, prefix, options):
    return make_count_rows(
        context,
        lambda record: record["category"],
        summarise_overview(events, people, **options),
        qualify=lambda record: prefix,
        group=options["group"],
    )


def _count_terms(events, people, context, prefix, options, classes, terms):
    def qualify(record):
        term = terms[record["coded_term"]] if record["level"] == "term" else ""
        return join_ids(prefix, classes[record["class"]], term)

    return make_count_rows(
        context,
        lambda record: record["level"],
        summarise_classes_and_terms(events, people, **options),
        qualify=qualify,
        group=options["group"],
    )


def _count_grades(events, people, context, prefix, options, classes, terms):
    overall = summarise_adverse_events(events, people, by=("grade",), **options)
    by_term = summarise_adverse_events(
        events, people, by=("class", "coded_term", "grade"), **options
    )
    return make_count_rows(
        context,
        "any",
        overall,
        qualify=lambda record: join_ids(prefix, name_grade(record["grade"])),
        group=options["group"],
        statistics=COUNTS,
    ) + make_count_rows(
        context,
        "term",
        by_term,
        qualify=lambda record: join_ids(
            prefix,
            classes[record["class"]],
            terms[record["coded_term"]],
            name_grade(record["grade"]),
        ),
        group=options["group"],
        statistics=COUNTS,
    )


def _count_relations(events, people, context, prefix, options):
    rows = []
    for relation in RELATIONS:
        for by in ((relation,), (relation, "grade")):
            rows += make_count_rows(
                context,
                relation,
                summarise_adverse_events(events, people, by=by, **options),
                qualify=lambda record, relation=relation: join_ids(
                    prefix,
                    slugify(record[relation]),
                    name_grade(record["grade"]) if "grade" in record else "",
                ),
                group=options["group"],
                statistics=COUNTS,
            )
    return rows
