"""Compare how the cleaning handled a corrupted export with the faults planted in it."""

from dataclasses import dataclass

from analysis.cleaning.rules import CLEANING_RULES

# Rules that ask about a row under the name written in it, which is not a participant's.
OTHER_NAMES = ("identifier_twin", "summary_row")


@dataclass(frozen=True)
class Verdict:
    """The planted faults of one export that were found or missed, and unexplained alarms."""

    found: tuple
    missed: tuple
    # The kind of fault that was planted in this person ("" for none), the rule, and the place.
    alarms: tuple[tuple[str, str, str], ...]


def judge_export(cleaned, faults):
    """Return which faults were found, and the queries and changes that none of them explains.

    A fault counts as found if the rule asks about this person, visit and field (unless the rule
    makes no query), if the change is logged at this row and field (unless the rule keeps the cell),
    and if the cell then has the right text and reason.
    """
    found = tuple(fault for fault in faults if _is_found(cleaned, fault))
    missed = tuple(fault for fault in faults if fault not in found)
    return Verdict(found, missed, tuple(_find_alarms(cleaned, faults)))


def _is_found(cleaned, fault):
    rule = CLEANING_RULES[fault.rule]
    if rule.severity and not _is_asked(cleaned.queries, fault):
        return False
    if rule.action == "kept":
        return fault.clean is None or fault.clean in _read(cleaned.wide, fault)
    logged = _at(cleaned.changes[cleaned.changes["source"] == fault.file], fault)
    logged = logged[logged["rule"].str.split(";").map(lambda rules: fault.rule in rules)]
    if logged.empty or (fault.reason and fault.reason not in set(logged["missing_reason"])):
        return False
    return fault.clean is None or fault.clean in _read(cleaned.wide, fault)


def _is_asked(queries, fault):
    asked = queries[(queries["rule"] == fault.rule)]
    if fault.rule == "correction_unused":
        return (asked["participant_id"] == fault.participant).any()
    if fault.rule in OTHER_NAMES:
        return asked["cells"].str.contains(f"{fault.row}:", regex=False).any()
    if fault.rule == "unknown_participant":
        return _names_stranger(asked, fault)
    who = (asked["participant_id"] == fault.participant) & (asked["field"] == fault.field)
    return (who & (asked["visit"] == fault.visit)).any()


def _names_stranger(asked, fault):
    """Return True if the query names the row in its form: images are keyed by their number."""
    return (asked["form"] == f"{fault.file}#{fault.row}").any()


def _at(changes, fault):
    row = changes["row"]
    here = (row == fault.row) | row.str.startswith(f"{fault.row}~")
    return changes[here & (changes["field"] == fault.field)]


def _read(wide, fault):
    frame = wide[fault.file]
    rows = frame.index[(frame.index == fault.row) | frame.index.str.startswith(f"{fault.row}~")]
    return set(frame.loc[rows, fault.field]) if fault.field else {fault.clean}


def _find_alarms(cleaned, faults):
    explained = {(f.participant, rule) for f in faults for rule in (f.rule, *f.also)}
    others = [fault for fault in faults if fault.rule in OTHER_NAMES]
    explained |= {(f.row.split("|")[0], rule) for f in others for rule in (f.rule, *f.also)}
    aside = {f"{f.file}#{f.row}" for f in faults if f.rule == "unknown_participant"}
    kinds = {f.participant: f.kind for f in faults}
    for query in cleaned.queries.itertuples():
        who = query.participant_id
        if (who, query.rule) not in explained and query.form not in aside:
            place = f"{who}|{query.visit}|{query.form}|{query.field}"
            yield kinds.get(who, ""), query.rule, place
    known = {rule for f in faults for rule in (f.rule, *f.also)}
    changes = cleaned.changes
    strange = [not set(rules.split(";")) <= known for rules in changes["rule"]]
    for change in changes[strange].itertuples():
        who = change.row.split("|")[0]
        yield kinds.get(who, ""), change.rule, f"{change.source}|{change.row}|{change.field}"
