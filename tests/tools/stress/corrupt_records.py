"""Kinds of fault between cells, rows and forms: contradictions, repetitions, absences."""

import functools
from datetime import date, timedelta

from analysis.demo.planter import DIARY, IMAGES, REDCAP
from stress.bench import CORRECTIONS, FORM, Kind
from stress.corrupt_cells import FINGERS

COCHIN = tuple(f"chfs_{item:02d}" for item in range(1, 19))
HAQ = tuple(f"haq_{item:02d}" for item in range(1, 21))
ULCER = "digital_ulcer"
FORMS = {
    "local_reaction": ("week_1", "lr_"), "hand_pain": ("week_4", "vas_hand"),
    "circumference": ("week_12", "circ_"), "kapandji": ("week_12", "kap_"),
    "laboratory": ("week_12", "lab_"), "cochin": ("week_4", "chfs_"),
    "mrss": ("week_12", "mrss_"),
}  # fmt: skip


def _shift(day, days):
    return str(date.fromisoformat(day[:10]) + timedelta(days=days))


def _procedure(bench, person):
    return bench.read(REDCAP, bench.find_row(person, "procedure"), "anaesthesia_start")[:10]


def _pick_visit(bench, visit, fits=lambda place: True):
    """Return the place of a visit of somebody free."""
    for person in bench.free:
        place = bench.find_row(person, visit)
        if fits(place):
            return place
    return None


def _set(bench, visit, name, write, *, rule_field=None, fits=None, **more):
    """Rewrite a cell of a visit; the fault shows at `rule_field`, if not there."""
    place = _pick_visit(
        bench, visit, lambda place: fits is None or fits(bench.read(REDCAP, place, name))
    )
    if place is None:
        return None
    bench.write(REDCAP, place, **{name: write(bench.read(REDCAP, place, name))})
    return bench.make_fault(REDCAP, place, rule_field or name, **more)


def _copy_row(bench, file, **cells):
    place = bench.find_filled(file, "record_id")
    if file == REDCAP:
        place = _pick_visit(bench, bench.rng.choice(("baseline", "week_1", "week_4", "week_12")))
    return place, bench.add(file, place, **cells)


def _duplicate_copy(bench, file):
    _, copy = _copy_row(bench, file)
    return bench.make_fault(file, copy, "")


def _duplicate_row(bench):
    place, copy = _copy_row(bench, REDCAP)
    pain = bench.read(REDCAP, place, "vas_hand")
    bench.write(REDCAP, copy, vas_hand="1" if pain != "1" else "2")
    if bench.rng.random() < 0.5:
        bench.write(REDCAP, copy, visit_date=_shift(bench.read(REDCAP, place, "visit_date"), 2))
    return bench.make_fault(REDCAP, copy, "")


def _repeated_day(bench):
    place, copy = _copy_row(bench, DIARY, entry_time="23:59")
    rating = bench.read(DIARY, place, "rating")
    bench.write(DIARY, copy, rating="3" if rating != "3" else "4")
    return bench.make_fault(DIARY, copy, "")


def _repeated_reading(bench):
    place, copy = _copy_row(bench, IMAGES)
    density = bench.read(IMAGES, place, "density")
    bench.write(IMAGES, copy, density="3" if density != "3" else "4")
    return bench.make_fault(IMAGES, copy, "")


def _repeated_place(bench):
    place, copy = _copy_row(bench, IMAGES)
    bench.write(IMAGES, copy, image_id=f"Z{bench.read(IMAGES, place, 'image_id')}")
    density = bench.read(IMAGES, place, "density")
    bench.write(IMAGES, copy, density="3" if density != "3" else "4")
    return bench.make_fault(IMAGES, copy, "")


def _wrong_row(bench):
    name, text, form = bench.rng.choice(
        (("weight_kg", "61.5", "adverse_event"), ("kap_r", "9", "medication"),
         ("ae_coded", "Rash", "medication"), ("mrss_total", "12", ULCER))
    )  # fmt: skip
    place = bench.find_filled(REDCAP, FORM, lambda value: value == form)
    return bench.spoil(REDCAP, place, name, text, clean="", reason="pending_query")


def _stranger(bench, file):
    place = bench.find_filled(file, "record_id")
    person = bench.read(file, place, "record_id")
    name = bench.rng.choice(("SIM-99", "XYZ-01", "SIM-S99", "홍길동", "?"))
    bench.write(file, place, record_id=name)
    return bench.make_fault(file, place, "", person=person)


def _undated(bench):
    place = bench.find_filled(DIARY, "entry_date")
    bench.write(DIARY, place, entry_date=bench.rng.choice(("", "someday", "03/04", "2021-02-30")))
    return bench.make_fault(DIARY, place, "")


def _unplaced(bench):
    name, text = bench.rng.choice(
        (("hand", ""), ("finger", ""), ("field", ""), ("reader", ""), ("finger", "9"),
         ("hand", "both"))
    )  # fmt: skip
    place = bench.find_filled(IMAGES, name)
    bench.write(IMAGES, place, **{name: text})
    return bench.make_fault(IMAGES, place, "")


def _twice(bench):
    place = _pick_visit(bench, "screening")
    other = bench.find_row(bench.read(REDCAP, place, "record_id"), "baseline")
    for name in (*DEMOGRAPHICS, "demographics_complete"):
        bench.write(REDCAP, other, **{name: bench.read(REDCAP, place, name)})
    return bench.make_fault(REDCAP, other, "sex", clean="")


DEMOGRAPHICS = ("birth_year", "sex", "height_cm", "weight_kg", "subset", "smoking")


def _required(bench):
    name = bench.rng.choice(
        ("ae_start", "ae_rel_product", "ae_rel_lipo", "ae_grade", "ae_serious", "ae_term",
         "ae_stop", "mrss_face", "mrss_fing_r", "chfs_05", "haq_03", "kap_r", "kap_l", "birth_year",
         "sex", "subset", "icf_date", "anaesthesia_start", "cm_name", "du_side",
         "du_finger", "visit_date")
    )  # fmt: skip
    pivotal = ("baseline", "procedure", "week_12", "screening") if name == "visit_date" else ()
    place = bench.find_filled(REDCAP, name, skip=pivotal)
    return None if place is None else bench.spoil(REDCAP, place, name, "", clean="")


def _uncoded(bench):
    place = bench.find_filled(REDCAP, "ae_coded")
    return None if place is None else bench.spoil(REDCAP, place, "ae_coded", "", clean="")


def _in_vain(bench):
    name, text, fits = bench.rng.choice(
        (("disp_reason", "7", ("disp_status", "1")), ("ae_serious_why", "3", ("ae_serious", "0")),
         ("cm_change_date", "2022-11-01", ("cm_change", "0")),
         ("screen_fail_reason", "Age", ("eligible", "1")), ("ae_stop", "2022-10-05", None))
    )  # fmt: skip
    if fits is None:
        place = bench.find_filled(REDCAP, "ae_stop")
        bench.write(REDCAP, place, ae_ongoing="1")
        return bench.make_fault(REDCAP, place, "ae_stop")
    place = bench.find_filled(REDCAP, fits[0], lambda value: value == fits[1])
    return None if place is None else bench.spoil(REDCAP, place, name, text, clean=text)


def _total(bench):
    name, visit = bench.rng.choice(
        (("mrss_total", "baseline"), ("mrss_total", "week_12"), ("chfs_total", "week_4"))
    )
    return _set(bench, visit, name, lambda value: str(int(value) + (2 if int(value) < 40 else -2)))


def _item_of_total(bench):
    items, total = bench.rng.choice(((COCHIN, "chfs_total"), (("mrss_face",), "mrss_total")))
    item = bench.rng.choice(items)
    return _set(
        bench, "week_12", item, lambda value: "1" if value != "1" else "2", rule_field=total
    )


def _copied(bench):
    items, total, visits = bench.rng.choice(
        ((COCHIN, "chfs_total", ("baseline", "week_4")),
         (COCHIN, "chfs_total", ("week_4", "week_12")), (HAQ, None, ("baseline", "week_12")))
    )  # fmt: skip

    def varies(place):
        answers = [bench.read(REDCAP, place, name) for name in items]
        # Plainly no coincidence: most answers tell of a difficulty, and not of the same one.
        return len(set(answers)) >= 3 and answers.count("0") < 0.4 * len(answers)

    place = _pick_visit(bench, visits[0], varies)
    if place is None:
        return None
    later = bench.find_row(bench.read(REDCAP, place, "record_id"), visits[1])
    for name in (*items, *((total,) if total else ())):
        bench.write(REDCAP, later, **{name: bench.read(REDCAP, place, name)})
    return bench.make_fault(REDCAP, later, items[0])


def _swapped(bench):
    def apart(place):
        right, left = ([int(bench.read(REDCAP, place, name)) for name in part]
                       for part in (FINGERS[:4], FINGERS[4:]))  # fmt: skip
        return [one - other for one, other in zip(right, left, strict=True)]

    def differ(place):
        person = bench.read(REDCAP, place, "record_id")
        later = apart(bench.find_row(person, "week_12"))
        # Plainly to be seen: the hands differ by more than the visits do.
        before = apart(place)
        between = sum(abs(a - b) for a, b in zip(before, later, strict=True))
        return sum(map(abs, before)) >= 10 and between <= sum(map(abs, before)) / 3

    place = _pick_visit(bench, "baseline", differ)
    if place is None:
        return None
    later = bench.find_row(bench.read(REDCAP, place, "record_id"), "week_12")
    cells = {name: bench.read(REDCAP, later, name) for name in FINGERS}
    for right, left in zip(FINGERS[:4], FINGERS[4:], strict=True):
        bench.write(REDCAP, later, **{right: cells[left], left: cells[right]})
    return bench.make_fault(REDCAP, later, FINGERS[0])


def _scale(bench):
    visits = ("baseline", "week_1", "week_4", "week_12")

    def high(place):
        person = bench.read(REDCAP, place, "record_id")
        return all(
            50 <= int(bench.read(REDCAP, bench.find_row(person, visit), "vas_hand")) <= 90
            for visit in visits
        )

    place = _pick_visit(bench, "baseline", high)
    if place is None:
        return None
    later = bench.find_row(bench.read(REDCAP, place, "record_id"), bench.rng.choice(visits))
    rating = int(bench.read(REDCAP, place, "vas_hand"))
    return bench.spoil(REDCAP, later, "vas_hand", str(round(rating / 10)))


def _disorder(bench):
    which = bench.rng.randrange(7)
    if which == 0:
        return _set(
            bench, "week_4", "visit_date", lambda day: _shift(day, 91), also=("out_of_window",)
        )
    if which == 1:
        place = bench.find_filled(REDCAP, "ae_stop", lambda value: len(value) == 10)
        start = bench.read(REDCAP, place, "ae_start")
        return bench.spoil(REDCAP, place, "ae_stop", _shift(start, -3))
    if which == 2:
        return _set(bench, "screening", "icf_date", lambda day: _shift(day, 10))
    if which == 3:
        return _set(bench, "procedure", "process_end", lambda moment: moment[:11] + "06:10")
    if which == 4:
        return _set(bench, "screening", "first_rp_year", lambda year: "1941" if year else "")
    if which == 5:
        place = bench.find_filled(IMAGES, "read_date")
        return bench.spoil(IMAGES, place, "read_date", "2020-12-01")
    place = bench.find_filled(REDCAP, "ae_start", lambda value: len(value) == 10)
    return bench.spoil(REDCAP, place, "ae_start", "2020-05-06")


def _window(bench):
    visit, day = bench.rng.choice((("week_1", 13), ("week_4", 40), ("week_12", 120)))
    place = _pick_visit(bench, visit)
    person = bench.read(REDCAP, place, "record_id")
    return bench.spoil(REDCAP, place, "visit_date", _shift(_procedure(bench, person), day))


def _absent_visit(bench):
    place = _pick_visit(bench, bench.rng.choice(("week_1", "week_4")))
    told = bench.make_fault(REDCAP, place, "", row="")
    bench.remove(REDCAP, place)
    return told


def _absent_form(bench, status):
    form, (visit, start) = bench.rng.choice(list(FORMS.items()))
    place = _pick_visit(bench, visit)
    names = [name for name in bench.tables[REDCAP].columns if name.startswith(start)]
    bench.write(REDCAP, place, **dict.fromkeys(names, "") | {f"{form}_complete": status})
    return bench.make_fault(REDCAP, place, f"{form}_complete")


def _never_opened(bench):
    place = _pick_visit(bench, "week_12")
    ticks = [n for n in bench.tables[REDCAP].columns if n.startswith(("haq_aid___", "haq_help___"))]
    answers = (
        *HAQ,
        "vas_pain",
        "vas_rp",
        "vas_du",
        "vas_gi",
        "vas_lung",
        "vas_overall",
        "shaq_line",
    )
    bench.write(
        REDCAP, place, **dict.fromkeys(answers, ""), **dict.fromkeys(ticks, "0"), shaq_complete="0"
    )
    return bench.make_fault(REDCAP, place, ticks[0], clean="", reason="not_done")


def _gate(bench):
    visit = bench.rng.choice(("baseline", "week_4", "week_12"))
    return _set(bench, visit, "du_any", lambda value: "1" if value == "0" else "0")


def _unreported(bench):
    ulcerated = {
        bench.read(REDCAP, place, "record_id")
        for place in bench.tables[REDCAP].index[
            bench.tables[REDCAP]["ae_coded"].eq("Digital ulcer")
        ]
    }
    like = bench.tables[REDCAP].index[bench.tables[REDCAP]["redcap_repeat_instrument"] == ULCER]
    for person in bench.free:
        later = bench.find_row(person, "week_12")
        known = bench.find_rows(REDCAP, person, visit="week_12", form=ULCER)
        if person in ulcerated or known or not len(like):
            continue
        place = bench.add(
            REDCAP, like[0], record_id=person, redcap_event_name="week_12_arm_1", du_new="1",
            redcap_repeat_instance="1", du_active="1", du_side="1", du_finger="2", du_healed="0",
            du_size_mm="3.0",
        )  # fmt: skip
        bench.write(REDCAP, later, du_any="1")
        return bench.make_fault(REDCAP, place, "du_new")
    return None


def _stray_day(bench):
    place = bench.find_filled(DIARY, "entry_date")
    person = bench.read(DIARY, place, "record_id")
    day = _shift(_procedure(bench, person), bench.rng.choice((40, 45, -20)))
    return bench.spoil(DIARY, place, "entry_date", day, clean=day)


def _product(bench):
    name, text = bench.rng.choice(
        (("viability_pct", "61"), ("endotoxin", "9"), ("gram_stain", "1"), ("sterility", "1"))
    )
    return _set(bench, "procedure", name, lambda value: text)


def _volume(bench):
    name, text, at = bench.rng.choice(
        (("final_ml", "2.0", "final_ml"), ("processed_ml", "499", "lipo_ml"),
         ("asc_pct", "90", "cd45_pct"))
    )  # fmt: skip
    return _set(bench, "procedure", name, lambda value: text, rule_field=at)


def _beyond(bench):
    place = _pick_visit(
        bench, "baseline", lambda place: int(bench.read(REDCAP, place, "vas_hand")) > 60
    )
    if place is None:
        return None
    bench.write(REDCAP, place, vas_hand_line="60")
    return bench.make_fault(REDCAP, place, "vas_hand", clean="", reason="out_of_range")


def _correct(bench, *, used):
    place = _pick_visit(bench, "week_12", lambda place: bench.read(REDCAP, place, "kap_l") != "")
    true = bench.read(REDCAP, place, "kap_l")
    told = bench.spoil(REDCAP, place, "kap_l", f"1{true}", clean=true)
    table = bench.tables[CORRECTIONS]
    row = told.row if used else told.row.replace("week_12", "week_8")
    table.loc[len(table)] = [
        REDCAP, row, "kap_l", f"1{true}", true, "Typing error", "Investigator", "2022-12-12",
    ]  # fmt: skip
    if used:
        return told
    bench.write(REDCAP, place, kap_l=true)
    return bench.make_fault(REDCAP, place, "kap_l", row="", clean=None)


RECORDS = (
    *(Kind(f"row twice in {file}", "duplicate_copy", functools.partial(_duplicate_copy, file=file))
      for file in (REDCAP, DIARY, IMAGES)),
    Kind("visit twice, other content", "duplicate_row", _duplicate_row, ("diary_out_of_window",)),
    Kind("day of the diary rated twice", "diary_day_repeated", _repeated_day),
    Kind("image read twice by one reader", "reading_repeated", _repeated_reading),
    Kind("two images of one place", "place_repeated", _repeated_place),
    Kind("value in the row of another form", "wrong_row", _wrong_row),
    *(Kind(f"unknown participant in {file}", "unknown_participant",
           functools.partial(_stranger, file=file)) for file in (DIARY, IMAGES)),
    Kind("diary entry without a date", "undated_entry", _undated,
         ("not_a_date", "day_or_month", "impossible_date")),
    Kind("reading without its place", "unplaced_reading", _unplaced,
         ("out_of_range", "unknown_code")),
    Kind("fact recorded at two visits", "recorded_twice", _twice),
    Kind("required field blank", "required_missing", _required),
    Kind("filled in vain", "not_asked_for", _in_vain),
    Kind("total beside its items", "total_differs", _total),
    Kind("item beside its total", "total_differs", _item_of_total),
    Kind("questionnaire copied forward", "copied_forward", _copied),
    Kind("right and left exchanged", "sides_swapped", _swapped),
    Kind("rating of 0 to 10 among 0 to 100", "scale_differs", _scale),
    Kind("dates out of order", "date_order", _disorder),
    Kind("visit outside its window", "out_of_window", _window,
         ("diary_out_of_window", "date_order")),
    Kind("visit that is not there", "visit_absent", _absent_visit),
    Kind("form blank, status incomplete", "form_absent",
         functools.partial(_absent_form, status="0")),
    Kind("form blank, status blank", "form_absent", functools.partial(_absent_form, status="")),
    Kind("unticked boxes of an unopened form", "never_opened", _never_opened, ("form_absent",)),
    Kind("ulcer question against ulcer form", "ulcer_gate", _gate),
    Kind("new ulcer without an adverse event", "ulcer_without_event", _unreported),
    Kind("adverse event without a coded term", "ae_uncoded", _uncoded),
    Kind("diary day of no visit", "diary_out_of_window", _stray_day),
    Kind("product outside its specification", "product_below_specification", _product),
    Kind("more used than there was", "volume_exceeds", _volume),
    Kind("mark beyond its line", "beyond_line", _beyond),
    Kind("correction of a typing error", "correction", functools.partial(_correct, used=True)),
    Kind("correction of a row that is not there", "correction_unused",
         functools.partial(_correct, used=False)),
)  # fmt: skip
