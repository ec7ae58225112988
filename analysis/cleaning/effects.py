"""What was asked, answered and corrected, as results: counts, and the estimate either way."""

from collections.abc import Iterator, Mapping
from dataclasses import fields, replace
from typing import Any

import pandas as pd

from analysis.cleaning.arrange import arrange_export
from analysis.cleaning.clean import Cleaned, clean_export
from analysis.cleaning.corrections import CLOSING
from analysis.cleaning.export import CORRECTIONS, RawExport
from analysis.cleaning.fields import Field
from analysis.cleaning.logs import SEVERITY_ORDER, show_cell, show_origins
from analysis.cleaning.rules import CLEANING_RULES
from analysis.instruments.catalogue import find_instrument
from analysis.instruments.scores import compare_totals, pair_scores, score_items, set_aside_totals
from analysis.results import NOT_ESTIMABLE, Context, ResultWriter, Row, attempt
from analysis.statistics.checks import round_differences
from analysis.statistics.outcome import make_writer, state_estimate
from analysis.statistics.populations import select_pairs, select_population
from analysis.study import Outcome, Study

# Rules that keep measurements out of the pairs until a date is clear.
KEPT_APART = ("after_end", "after_end_row", "after_lost", "after_lost_row")
# Where a correction may move a score to another visit or person, though it is no item.
_PLACING = ("participants", "visits", "procedures")


def describe_queries(queries: pd.DataFrame, context: Context) -> list[Row]:
    """Make the results of the queries, ``cleaning.queries.<statistic>``.

    ``n_asked`` of all, ``n_open`` and ``n_open_<severity>`` of those without an answer,
    ``n_<answer>`` of the others.
    """
    opened = queries["answer"] == ""
    counts = {"n_asked": len(queries), "n_open": int(opened.sum())}
    for severity in filter(None, SEVERITY_ORDER):
        counts[f"n_open_{severity}"] = int((opened & (queries["severity"] == severity)).sum())
    for answer in CLOSING:
        counts[f"n_{answer}"] = int((queries["answer"] == answer).sum())
    writer = ResultWriter(context, "queries")
    return [writer.number(name, count, 0, unit="queries") for name, count in counts.items()]


def describe_corrections(
    export: RawExport, cleaned: Cleaned, study: Study, context: Context
) -> list[Row]:
    """Make the results of every correction that touches a pair of the primary outcome.

    ``cleaning.<outcome>.n_corrections`` counts them. If there are any, the estimate is given
    ``corrected`` (as it is), ``uncorrected`` (without all of them) and ``without_<k>`` (without
    the k-th of them), the last with the cell and the change of its participant before and after.
    Each is a run of the cleaning of its own, without that line; so is a confirmation's that lets
    a value be used.
    """
    export = arrange_export(export, study)
    outcome = next(each for each in study.outcomes if each.role == "primary")
    visit = study.analysis.followup_visit.value
    writer = make_writer(outcome, context, visit=visit)
    after = _pair_outcome(cleaned, outcome, study)
    touching = {}
    for place in _list_candidates(export, cleaned, outcome):
        pairs, reason = attempt(_pair_without, export, [place], outcome, study)
        if pairs is None or not pairs.equals(after):
            touching[place] = (pairs, reason)
    n = writer.number("n_corrections", len(touching), 0, unit="corrections")
    if not touching:
        return [n]
    qualified = replace(writer, qualifier="corrected")
    lines = show_origins(export.tables[CORRECTIONS], export.origins).to_dict("index")
    rows = [n, *_state(after, "", outcome, study, qualified)]
    pairs, reason = attempt(_pair_without, export, list(touching), outcome, study)
    qualified = replace(writer, qualifier="uncorrected")
    rows += _state(pairs, reason, outcome, study, qualified)
    for number, (place, (pairs, reason)) in enumerate(touching.items(), 1):
        qualified = replace(writer, qualifier=f"without_{number}")
        rows += _state(pairs, reason, outcome, study, qualified)
        rows += _describe_line(lines[place], pairs, after, qualified)
    return rows


def describe_kept_apart(
    export: RawExport, cleaned: Cleaned, study: Study, context: Context
) -> list[Row]:
    """Make both results of the primary outcome where an open question decides who forms a pair.

    What lies after a death, a withdrawal of consent or a loss is kept apart until the site has
    said which date is right. If pairs depend on it, ``cleaning.<outcome>.n_kept_apart`` counts
    those questions, and the estimate is given ``apart`` (as it is) and ``joined`` (as if the dates
    of the measurements were right). There are no rows where nothing depends on it.
    """
    opened = cleaned.queries["rule"].isin(KEPT_APART) & cleaned.queries["answer"].eq("")
    if not opened.any():
        return []
    outcome = next(each for each in study.outcomes if each.role == "primary")
    ends = study.data_after_end
    paired = {each.name: replace(getattr(ends, each.name), value="paired") for each in fields(ends)}
    without = replace(study, data_after_end=replace(ends, **paired))
    apart = _pair_outcome(cleaned, outcome, study)
    joined = _pair_outcome(clean_export(export, without), outcome, study)
    people = set(joined.index[~joined.index.isin(apart.index)])
    if not people:
        return []
    deciding = opened & cleaned.queries["participant_id"].isin(people)
    writer = make_writer(outcome, context, visit=study.analysis.followup_visit.value)
    rows = [writer.number("n_kept_apart", int(deciding.sum()), 0, unit="queries")]
    for qualifier, pairs in (("apart", apart), ("joined", joined)):
        rows += _state(pairs, "", outcome, study, replace(writer, qualifier=qualifier))
    return rows


def _list_candidates(export: RawExport, cleaned: Cleaned, outcome: Outcome) -> Iterator[int]:
    """Yield the places of the lines in corrections.csv that could touch a pair of an outcome."""
    instrument = find_instrument(outcome.instrument)
    names, kept = (instrument.name, *instrument.reads), _list_kept(cleaned)
    for place, line in export.tables[CORRECTIONS].to_dict("index").items():
        if line["old_value"] == line["new_value"]:
            relevant = (line["source"], line["row"], line["field"]) in kept
        else:
            field = cleaned.fields[line["source"]].get(line["field"], Field("", "", ""))
            of_row = field.name in ("", "record_id") or field.place.table in _PLACING
            relevant = of_row or field.place.instrument in names
        if relevant:
            yield int(str(place))


def _list_kept(cleaned: Cleaned) -> set[tuple[str, str, str]]:
    """Return the cells whose value is used only because it was confirmed."""
    queries = cleaned.queries
    set_missing = {rule.id for rule in CLEANING_RULES.values() if rule.action == "set_missing"}
    kept = queries["rule"].isin(set_missing) & (queries["action"] == "kept")
    cells = cleaned.asked[cleaned.asked["query_id"].isin(queries.loc[kept, "query_id"])]
    return set(cells[["source", "row", "field"]].itertuples(index=False, name=None))


def _pair_without(
    export: RawExport, places: list[int], outcome: Outcome, study: Study
) -> pd.DataFrame:
    lines = export.tables[CORRECTIONS].drop(index=places)
    without = replace(export, tables=export.tables | {CORRECTIONS: lines})
    return _pair_outcome(clean_export(without, study), outcome, study)


def _pair_outcome(cleaned: Cleaned, outcome: Outcome, study: Study) -> pd.DataFrame:
    """Return baseline, followup and change of the analysed participants, by participant."""
    instrument, items = find_instrument(outcome.instrument), cleaned.tables["items"]
    items = items[items["instrument"].isin((instrument.name, *instrument.reads))]
    items = set_aside_totals(items, compare_totals(items))
    pairs = pair_scores(score_items(items, study), items, study)
    population = study.analysis.population.value
    chosen = select_population(pairs, cleaned.tables["participants"], population)
    visit = study.analysis.followup_visit.value
    chosen = select_pairs(chosen, outcome.name, visit=visit)
    return chosen.set_index("participant_id")[["baseline", "followup", "change"]]


def _state(
    pairs: pd.DataFrame | None, reason: str, outcome: Outcome, study: Study, writer: ResultWriter
) -> Iterator[Row]:
    if pairs is None:
        yield writer.row("hl", None, NOT_ESTIMABLE, warning=reason)
        return
    change = round_differences(pairs["change"], decimals=outcome.difference_decimals)
    yield from state_estimate(replace(writer, n=len(pairs)), change, study.analysis)


def _describe_line(
    line: Mapping[Any, str], before: pd.DataFrame | None, after: pd.DataFrame, writer: ResultWriter
) -> Iterator[Row]:
    """Yield which cell was corrected, and the changes of the participants that it moves."""
    values = [show_cell(line[name]) or "empty" for name in ("old_value", "new_value")]
    text = f"{show_cell(line['row'])} {line['field']}: {' to '.join(values)}"
    yield writer.row("cell", None, text, method="line of corrections.csv that is left out")
    if before is None:
        return
    both = before.add_suffix("_before").join(after.add_suffix("_after"), how="outer")
    moved = both[~_is_same(both)]
    for name in ("before", "after"):
        change = moved[f"change_{name}"].iloc[0]
        value = None if pd.isna(change) else float(change)
        yield writer.score(f"change_{name}", value, method=f"of participant {moved.index[0]}")


def _is_same(both: pd.DataFrame) -> pd.Series:
    same = pd.Series(True, index=both.index)
    for name in ("baseline", "followup"):
        old, new = both[f"{name}_before"], both[f"{name}_after"]
        same &= (old == new) | (old.isna() & new.isna())
    return same
