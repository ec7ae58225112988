"""Kinds of fault between cells, rows and forms: contradictions, repetitions, absences."""

import functools

from analysis.demo.planter import DIARY, IMAGES, REDCAP
from stress.bench import CORRECTIONS, FORM, KEPT, Kind, after, any_of, cells, later, other, repeat
from stress.corrupt_cells import FINGERS, PIVOTAL

COCHIN = tuple(f"chfs_{item:02d}" for item in range(1, 19))
HAQ = tuple(f"haq_{item:02d}" for item in range(1, 21))
SHAQ = (*HAQ, "vas_pain", "vas_rp", "vas_du", "vas_gi", "vas_lung", "vas_overall", "shaq_line")
DEMOGRAPHICS = ("birth_year", "sex", "height_cm", "weight_kg", "subset", "smoking")
REQUIRED = (
    "ae_start", "ae_rel_product", "ae_rel_lipo", "ae_grade", "ae_serious", "ae_term", "ae_stop",
    "mrss_face", "mrss_fing_r", "chfs_05", "haq_03", "kap_r", "kap_l", "birth_year", "sex",
    "subset", "icf_date", "anaesthesia_start", "cm_name", "du_side", "du_finger",
)  # fmt: skip
FORMS = {
    "local_reaction": ("week_1", "lr_"), "hand_pain": ("week_4", "vas_hand"),
    "circumference": ("week_12", "circ_"), "kapandji": ("week_12", "kap_"),
    "laboratory": ("week_12", "lab_"), "cochin": ("week_4", "chfs_"),
    "mrss": ("week_12", "mrss_"),
}  # fmt: skip
VISITS = ("baseline", "week_1", "week_4", "week_12")


def _by_two(name):
    return lambda row, start: str(int(row[name]) + (2 if int(row[name]) < 40 else -2))


def _is_day(text):
    return len(text) == 10


def _misplaced(form, **texts):
    ((name, _),) = texts.items()
    return cells(name, where=FORM, fits=form, clean="", reason="pending_query", **texts)


def _strange(file):
    names = ("SIM-99", "XYZ-01", "SIM-S99", "홍길동", "?")
    return any_of(*(cells("", file=file, where="record_id", record_id=name) for name in names))


def _twice(bench, **texts):
    """Fill the demographics in at baseline, too, and some of them otherwise."""
    place = bench.pick_visit("screening")
    other = bench.find_row(bench.read(REDCAP, place, "record_id"), "baseline")
    same = (*DEMOGRAPHICS, "demographics_complete")
    bench.write(REDCAP, other, **{name: bench.read(REDCAP, place, name) for name in same} | texts)
    return bench.make_fault(REDCAP, other, min(texts, default="sex"), clean="")


def _copied(bench):
    items, total, visits = bench.rng.choice(
        ((COCHIN, ("chfs_total",), ("baseline", "week_4")),
         (COCHIN, ("chfs_total",), ("week_4", "week_12")), (HAQ, (), ("baseline", "week_12")))
    )  # fmt: skip

    def varies(place):
        answers = [bench.read(REDCAP, place, name) for name in items]
        # A copy cannot be a coincidence: most answers name a difficulty, and they differ.
        return len(set(answers)) >= 3 and answers.count("0") < 0.4 * len(answers)

    place = bench.pick_visit(visits[0], varies)
    if place is None:
        return None
    later = bench.find_row(bench.read(REDCAP, place, "record_id"), visits[1])
    bench.write(REDCAP, later, **{n: bench.read(REDCAP, place, n) for n in (*items, *total)})
    return bench.make_fault(REDCAP, later, items[0])


def _swapped(bench):
    def read_hands(place):
        sizes = [int(bench.read(REDCAP, place, name)) for name in FINGERS]
        return [right - left for right, left in zip(sizes[:4], sizes[4:], strict=True)]

    def differ(place):
        before = read_hands(place)
        after = read_hands(bench.find_row(bench.read(REDCAP, place, "record_id"), "week_12"))
        # The exchange is visible: the hands differ by more than the visits do.
        between = sum(abs(a - b) for a, b in zip(before, after, strict=True))
        return sum(map(abs, before)) >= 10 and between <= sum(map(abs, before)) / 3

    place = bench.pick_visit("baseline", differ)
    if place is None:
        return None
    later = bench.find_row(bench.read(REDCAP, place, "record_id"), "week_12")
    sizes = [bench.read(REDCAP, later, name) for name in FINGERS]
    bench.write(REDCAP, later, **dict(zip(FINGERS, sizes[4:] + sizes[:4], strict=True)))
    return bench.make_fault(REDCAP, later, FINGERS[0])


def _scale(bench):
    def read_all(place):
        person = bench.read(REDCAP, place, "record_id")
        return [int(bench.read(REDCAP, bench.find_row(person, v), "vas_hand")) for v in VISITS]

    place = bench.pick_visit("baseline", lambda place: all(50 <= n <= 90 for n in read_all(place)))
    if place is None:
        return None
    later = bench.find_row(bench.read(REDCAP, place, "record_id"), bench.rng.choice(VISITS))
    rating = int(bench.read(REDCAP, place, "vas_hand"))
    return bench.spoil(REDCAP, later, "vas_hand", str(round(rating / 10)))


def _absent_visit(bench):
    place = bench.pick_visit(bench.rng.choice(("week_1", "week_4")))
    fault = bench.make_fault(REDCAP, place, "", row="")
    bench.remove(REDCAP, place)
    return fault


def _absent_form(bench, status):
    form, (visit, start) = bench.rng.choice(list(FORMS.items()))
    names = [name for name in bench.tables[REDCAP].columns if name.startswith(start)]
    texts = dict.fromkeys(names, "") | {f"{form}_complete": status}
    return cells(f"{form}_complete", visit, **texts)(bench)


def _never_opened(bench):
    ticks = [n for n in bench.tables[REDCAP].columns if n.startswith(("haq_aid___", "haq_help___"))]
    texts = dict.fromkeys(SHAQ, "") | dict.fromkeys(ticks, "0") | {"shaq_complete": "0"}
    return cells(ticks[0], "week_12", clean="", reason="not_done", **texts)(bench)


def _unreported(bench):
    table = bench.tables[REDCAP]
    ulcerated = {*table.loc[table["ae_coded"].eq("Digital ulcer"), "record_id"]}
    like = table.index[table[FORM] == "digital_ulcer"]
    for person in bench.free:
        known = bench.find_rows(REDCAP, person, visit="week_12", form="digital_ulcer")
        if person in ulcerated or known or not len(like):
            continue
        place = bench.add(
            REDCAP, like[0], record_id=person, redcap_event_name="week_12_arm_1", du_new="1",
            redcap_repeat_instance="1", du_active="1", du_side="1", du_finger="2", du_healed="0",
            du_size_mm="3.0",
        )  # fmt: skip
        bench.write(REDCAP, bench.find_row(person, "week_12"), du_any="1")
        return bench.make_fault(REDCAP, place, "du_new")
    return None


def _correct(bench, *, used, done=False):
    place = bench.pick_visit("week_12", lambda place: bench.read(REDCAP, place, "kap_l") != "")
    true = bench.read(REDCAP, place, "kap_l")
    fault = bench.spoil(REDCAP, place, "kap_l", f"1{true}", clean=true)
    table = bench.tables[CORRECTIONS]
    row = fault.row if used else fault.row.replace("week_12", "week_8")
    table.loc[len(table)] = [
        REDCAP, row, "kap_l", f"1{true}", true, "Typing error", "Investigator", "2022-12-12",
    ]  # fmt: skip
    if done:
        bench.write(REDCAP, place, kap_l=true)
    if used:
        return fault
    bench.write(REDCAP, place, kap_l=true)
    return bench.make_fault(REDCAP, place, "kap_l", row="", clean=None)


_pain, _density = other("vas_hand", "1", "2"), other("density", "3", "4")
RECORDS = (
    Kind(f"row twice in {REDCAP}", "duplicate_copy", repeat(REDCAP, *VISITS)),
    *(Kind(f"row twice in {file}", "duplicate_copy", repeat(file)) for file in (DIARY, IMAGES)),
    Kind("visit twice, other content", "duplicate_row", any_of(
        repeat(REDCAP, *VISITS, vas_hand=_pain),
        repeat(REDCAP, *VISITS, vas_hand=_pain, visit_date=later("visit_date", 2)),
    ), ("diary_out_of_window", "exit_before_visit")),
    Kind("day of the diary rated twice", "diary_day_repeated",
         repeat(DIARY, entry_time="23:59", rating=other("rating", "3", "4"))),
    Kind("image read twice by one reader", "reading_repeated", repeat(IMAGES, density=_density)),
    Kind("two images of one place", "place_repeated", repeat(
        IMAGES, image_id=lambda row, start: f"Z{row['image_id']}", density=_density)),
    Kind("value in the row of another form", "wrong_row", any_of(
        _misplaced("adverse_event", weight_kg="61.5"), _misplaced("medication", kap_r="9"),
        _misplaced("medication", ae_coded="Rash"), _misplaced("digital_ulcer", mrss_total="12"))),
    *(Kind(f"unknown participant in {file}", "unknown_participant", _strange(file),
           ("images_missing",))
      for file in (DIARY, IMAGES)),
    Kind("diary entry without a date", "undated_entry", any_of(*(
        cells("", file=DIARY, where="entry_date", entry_date=text)
        for text in ("", "someday", "03/04", "2021-02-30")
    )), ("not_a_date", "day_or_month", "impossible_date")),
    Kind("reading without its place", "unplaced_reading", any_of(*(
        cells("", file=IMAGES, where=name, **{name: text})
        for name, text in (("hand", ""), ("finger", ""), ("field", ""), ("reader", ""),
                           ("finger", "9"), ("hand", "both"))
    )), ("out_of_range", "unknown_code", "images_missing")),
    Kind("fact recorded at two visits", "recorded_equally", _twice),
    Kind("fact recorded otherwise at a visit", "recorded_twice",
         functools.partial(_twice, height_cm="151.5", weight_kg="52.5"), ("recorded_equally",)),
    Kind("required field blank", "required_missing", any_of(
        cells("visit_date", skip=PIVOTAL, visit_date="", clean=""),
        *(cells(name, clean="", **{name: ""}) for name in REQUIRED))),
    Kind("filled in vain", "not_asked_for", any_of(
        cells("ae_stop", ae_ongoing="1"),
        *(cells(name, where=where, fits=fits, clean=text, **{name: text})
          for name, text, where, fits in (
              ("disp_reason", "7", "disp_status", "1"), ("ae_serious_why", "3", "ae_serious", "0"),
              ("cm_change_date", "2022-11-01", "cm_change", "0"),
              ("screen_fail_reason", "Age", "eligible", "1"))))),
    Kind("total beside its items", "total_differs", any_of(*(
        cells(name, visit, **{name: _by_two(name)})
        for name, visit in (("mrss_total", "baseline"), ("mrss_total", "week_12"),
                            ("chfs_total", "week_4"))))),
    Kind("item beside its total", "total_differs", any_of(
        cells("mrss_total", "week_12", mrss_face=other("mrss_face", "1", "2")),
        any_of(*(cells("chfs_total", "week_12", **{name: other(name, "1", "2")})
                 for name in COCHIN)))),
    Kind("questionnaire copied forward", "copied_forward", _copied),
    Kind("right and left exchanged", "sides_swapped", _swapped),
    Kind("rating of 0 to 10 among 0 to 100", "scale_differs", _scale),
    Kind("dates out of order", "date_order", any_of(
        cells("visit_date", "week_4", visit_date=later("visit_date", 91), also=("out_of_window",)),
        cells("ae_stop", fits=_is_day, ae_stop=later("ae_start", -3)),
        cells("icf_date", "screening", icf_date=later("icf_date", 10)),
        cells("process_end", "procedure",
              process_end=lambda row, start: row["process_end"][:11] + "06:10"),
        cells("first_rp_year", "screening", first_rp_year="1941"),
        cells("read_date", file=IMAGES, read_date="2020-12-01"),
        cells("ae_start", fits=_is_day, ae_start="2020-05-06",
              also=("ulcer_without_event",)))),
    Kind("visit outside its window", "out_of_window", any_of(*(
        cells("visit_date", visit, visit_date=after(days))
        for visit, days in (("week_1", 13), ("week_4", 40), ("week_12", 120))
    )), ("diary_out_of_window", "date_order")),
    Kind("visit that is not there", "visit_absent", _absent_visit),
    Kind("form blank, status incomplete", "form_absent",
         functools.partial(_absent_form, status="0")),
    Kind("form blank, status blank", "form_absent", functools.partial(_absent_form, status="")),
    Kind("unticked boxes of an unopened form", "never_opened", _never_opened, ("form_absent",)),
    Kind("ulcer question against ulcer form", "ulcer_gate", any_of(*(
        cells("du_any", visit, du_any=other("du_any", "1", "0"))
        for visit in ("baseline", "week_4", "week_12")))),
    Kind("new ulcer without an adverse event", "ulcer_without_event", _unreported),
    Kind("adverse event without a coded term", "ae_uncoded",
         cells("ae_coded", ae_coded="", clean="")),
    Kind("diary day of no visit", "diary_out_of_window", any_of(*(
        cells("entry_date", file=DIARY, entry_date=after(days), clean=KEPT)
        for days in (40, 45, -20)))),
    Kind("product outside its specification", "product_below_specification", any_of(*(
        cells(name, "procedure", **{name: text})
        for name, text in (("viability_pct", "61"), ("endotoxin", "9"), ("gram_stain", "1"),
                           ("sterility", "1"))))),
    Kind("more used than there was", "volume_exceeds", any_of(
        cells("final_ml", "procedure", final_ml="2.0"),
        cells("lipo_ml", "procedure", processed_ml="499"),
        cells("cd45_pct", "procedure", asc_pct="90"))),
    Kind("mark beyond its line", "beyond_line", cells(
        "vas_hand", "baseline", fits=lambda text: int(text) > 60, vas_hand_line="60", clean="",
        reason="out_of_range"), ("line_differs",)),
    Kind("correction of a typing error", "correction", functools.partial(_correct, used=True)),
    Kind("correction that the site has made", "correction_done",
         functools.partial(_correct, used=True, done=True)),
    Kind("correction of a row that is not there", "correction_unused",
         functools.partial(_correct, used=False)),
)  # fmt: skip
