"""Kinds of fault that show only beside another cell, form, visit or person."""

import functools

from analysis.demo.export import EXPORTED_ON
from analysis.demo.planter import DIARY, IMAGES, REDCAP
from stress.bench import (
    FORM,
    INSTANCE,
    Kind,
    after,
    among,
    cells,
    event,
    other,
    repeat_form,
    shift_day,
)
from stress.corrupt_across import FATAL
from stress.corrupt_records import COCHIN, HAQ

SEVERE = ("mrss_chest", "mrss_abdomen", "mrss_thigh_r", "mrss_thigh_l")
SCALES = ("vas_pain", "vas_rp", "vas_du", "vas_gi", "vas_lung", "vas_overall")
TESTS = ("lab_wbc", "lab_hb", "lab_plt", "lab_creatinine", "lab_crp")
HANDS = ("mrss_hand_r", "mrss_hand_l", "mrss_fing_r", "mrss_fing_l")
BODY = ("sex", "birth_year", "height_cm", "weight_kg", "first_rp_year", "first_nonrp_year")
PRODUCT = ("tnc_e6", "final_ml", "viability_pct", "cd45_pct", "asc_pct", "endo_pct")
OPEN = {"ae_term": "Open fingertip", "ae_coded": "Digital ulcer", "ae_class": "Skin",
        "ae_start": after(30), "ae_stop": after(40)}  # fmt: skip
UNHEALED = {"ae_ongoing": "1", "ae_outcome": "3", "ae_stop": ""}
VITAMIN = {"cm_name": "Vitamin D", "cm_class": "7"}
HURT = {"du_finger": "1", "du_size_mm": "3.3", "du_new": "0", "du_healed": "0", "du_active": "1"}


def _has(visit, name, fits):
    """Return a condition: the cell of a person's visit holds what fits."""
    return lambda bench, person: fits(bench.read(REDCAP, bench.find_row(person, visit), name))


def _number(visit, name, low, high=1e9):
    return _has(visit, name, lambda text: text != "" and low <= float(text) <= high)


def _is_early(bench, person):
    """Say whether the export was made long after a person's procedure."""
    return bench.find_start(person, 385) < EXPORTED_ON


def _healthy(bench, person):
    return not bench.find_rows(REDCAP, person, form="digital_ulcer")


def _thicken(bench):
    """Limit the disease of somebody whose trunk and thighs are thick."""
    person = bench.free[0]
    place = bench.find_row(person, "baseline")
    added = sum(2 - int(bench.read(REDCAP, place, name)) for name in SEVERE)
    total = int(bench.read(REDCAP, place, "mrss_total")) + added
    bench.write(REDCAP, place, mrss_total=str(total), **dict.fromkeys(SEVERE, "2"))
    first = bench.find_row(person, "screening")
    bench.write(REDCAP, first, subset="1")
    return bench.make_fault(REDCAP, first, "subset")


def _recode(bench):
    """Give one of three or more entries of a medicine another class."""
    listed = bench.tables[REDCAP]["cm_name"].value_counts()
    common = [name for name in listed.index[listed >= 6] if name]
    return cells("cm_class", where="cm_name", fits=common.__contains__,
                 cm_class=other("cm_class", "3", "4"))(bench)  # fmt: skip


def _multiply(bench):
    listed = bench.tables[REDCAP]["cm_name"].value_counts()
    common = [name for name in listed.index[listed >= 6] if name]
    return cells("cm_dose", where="cm_name", fits=common.__contains__,
                 cm_dose=lambda row, start: str(int(row["cm_dose"]) * 10))(bench)  # fmt: skip


def _rate(bench):
    """Let the rating at the last visit be far from the days before it."""
    diary = bench.tables[DIARY]
    for person in bench.free:
        late = diary["record_id"].eq(person) & diary["entry_date"].gt(bench.find_start(person, 30))
        mean = diary.loc[late, "rating"].astype(float).mean()
        if mean < 4.5 or mean > 5.5:
            last = bench.find_row(person, "week_12")
            return bench.spoil(REDCAP, last, "rcs_single", "10" if mean < 5 else "0")
    return None


def _thin(bench, file, kept, at):
    """Take entries of the last visit out, but for the first ones."""
    person = bench.free[0]
    middle = bench.find_start(person, 30)
    places = [p for p in bench.find_rows(file, person)
              if (bench.find_visit(file, p) == "week_12" if file == IMAGES
                  else bench.read(file, p, "entry_date") > middle)]  # fmt: skip
    if file == IMAGES:
        places.sort(key=lambda p: bench.read(file, p, "hand"))
    for place in places[kept:]:
        bench.remove(file, place)
    place = places[0] if file == IMAGES else bench.find_row(person, "week_12")
    return bench.make_fault(file if file == IMAGES else REDCAP, place, at)


def _read_once(at, **texts):
    """Return a planter that changes an image which one reader has read."""

    def plant(bench):
        images = bench.tables[IMAGES]
        once = ~images["image_id"].duplicated(keep=False) & images["record_id"].isin(bench.free)
        place = bench.rng.choice(list(images.index[once]))
        bench.fill(IMAGES, place, bench.read(IMAGES, place, "record_id"), texts)
        return bench.make_fault(IMAGES, place, at)

    return plant


def _read_otherwise(bench):
    images = bench.tables[IMAGES]
    twice = images["image_id"].duplicated() & images["record_id"].isin(bench.free)
    for place in images.index[twice & images["reader"].eq("B")]:
        density = int(bench.read(IMAGES, place, "density"))
        return bench.spoil(IMAGES, place, "density", str(density + (6 if density < 6 else -5)))
    return None


def _reorder(bench):
    """Give two images of a person one place in the order of reading."""
    person = bench.free[0]
    places = [p for p in bench.find_rows(IMAGES, person) if bench.read(IMAGES, p, "reader") == "A"]
    first, last = places[0], places[-1]
    return bench.spoil(IMAGES, last, "read_order", bench.read(IMAGES, first, "read_order"))


def _borrow(bench, visit, names, at):
    """Give somebody what an earlier participant of the export has, who is left alone from then."""
    if len(bench.free) < 2:
        return None
    first, person = sorted(bench.free)[:2]
    bench.free.remove(first)
    theirs, mine = bench.find_row(first, visit), bench.find_row(person, visit)
    bench.write(REDCAP, mine, **{name: bench.read(REDCAP, theirs, name) for name in names})
    return bench.make_fault(REDCAP, mine, at)


def _retake(bench):
    """Copy most tests of the screening to the last visit of somebody."""
    first, last = (bench.find_row(bench.free[0], visit) for visit in ("screening", "week_12"))
    bench.write(REDCAP, last, **{name: bench.read(REDCAP, first, name) for name in TESTS})
    return bench.make_fault(REDCAP, last, "lab_creatinine")


def _treat(bench):
    """Treat an event with what others take, and this person does not."""
    table, person = bench.tables[REDCAP], bench.free[0]
    mine = set(table.loc[table["record_id"].eq(person), "cm_name"])
    others = [name for name in table["cm_name"].unique() if name not in mine]
    place = bench.find_rows(REDCAP, person, form="adverse_event")[0]
    return bench.spoil(REDCAP, place, "ae_action", f"Given {others[0]}") if others else None


def _prescribe(bench):
    """List a medicine against an event that only others have."""
    table = bench.tables[REDCAP]
    terms = table["ae_coded"].value_counts()
    for person in bench.free:
        mine = set(table.loc[table["record_id"].eq(person), "ae_coded"])
        others = [term for term in terms.index[terms >= 3] if term not in mine]
        if others:
            place = bench.find_rows(REDCAP, person, form="medication")[0]
            name = f"Aspirin for {others[0]}"
            copy = bench.add(REDCAP, place, **{INSTANCE: "17"}, cm_name=name)
            return bench.make_fault(REDCAP, copy, "cm_name")
    return None


def _hurt(bench, visits, at, new="000", **texts):
    """Put an ulcer to some visits of somebody, with other texts at the last of them."""
    table, person = bench.tables[REDCAP], bench.free[0]
    like = table.index[table[FORM] == "digital_ulcer"][0]
    for number, (visit, fresh) in enumerate(zip(visits, new, strict=False), 5):
        named = {"record_id": person, "redcap_event_name": f"{visit}_arm_1", "du_new": fresh}
        named[INSTANCE] = str(number)
        place = bench.add(REDCAP, like, **HURT | named | {"du_side": "1"})
        bench.write(REDCAP, bench.find_row(person, visit), du_any="1")
    bench.write(REDCAP, place, **texts)
    if at.startswith("du_h"):
        first = bench.find_row(person, "screening")
        bench.write(REDCAP, first, du_history="0")
        return bench.make_fault(REDCAP, first, at)
    return bench.make_fault(REDCAP, place, at)


def _turn(bench):
    """Turn the scales of the last visit round, where they are low and hardly changed before."""
    for person in bench.free:
        first, last = (bench.tables[REDCAP].loc[bench.find_row(person, visit)]
                       for visit in ("baseline", "week_12"))  # fmt: skip
        pairs = [(int(first[name]), int(last[name])) for name in SCALES]
        if min(len({first[name] for name in SCALES}), len({last[name] for name in SCALES})) < 3:
            continue
        haq = abs(sum(int(first[name]) - int(last[name]) for name in HAQ))
        if sum(map(sum, pairs)) < 450 and sum(abs(x - y) for x, y in pairs) < 200 and haq < 8:
            texts = {name: str(150 - y) for name, (_, y) in zip(SCALES, pairs, strict=True)}
            bench.write(REDCAP, bench.find_row(person, "week_12"), **texts)
            return bench.make_fault(REDCAP, bench.find_row(person, "week_12"), "vas_du")
    return None


def _die_twice(bench):
    """Report two deaths of somebody, whose participation ends with the first one."""
    person = bench.free[0]
    day = bench.find_start(person, 110)
    last = bench.find_row(person, "week_12")
    bench.write(REDCAP, last, disp_status="2", disp_reason="4", disp_date=day)
    place = bench.find_rows(REDCAP, person, form="adverse_event")[0]
    fatal = FATAL | {"ae_start": day, "ae_stop": day}
    bench.write(REDCAP, place, **fatal)
    other_event = {"ae_term": "Fell", "ae_coded": "Fall", INSTANCE: "17"}
    return bench.make_fault(REDCAP, bench.add(REDCAP, place, **other_event), "ae_outcome")


def _fail(bench, number, at, **texts):
    """Change the screening of somebody who failed it."""
    failed = bench.tables[REDCAP]["record_id"].str.startswith("SIM-S").to_numpy().nonzero()[0]
    place = int(failed[number])
    bench.write(REDCAP, place, **texts)
    return bench.make_fault(REDCAP, place, at)


def _withhold(bench):
    """Inject nothing, and report an event of the injection."""
    person = bench.free[0]
    place = bench.find_row(person, "procedure")
    volumes = {f"inj_{side}{n}": "0" for side in "rl" for n in range(1, 6)}
    bench.write(REDCAP, place, first_injection="", **volumes)
    event_row = bench.find_rows(REDCAP, person, form="adverse_event")[0]
    return bench.spoil(REDCAP, event_row, "ae_rel_inj", "4")


def _lose_after_event(bench):
    person = bench.free[0]
    last = bench.find_row(person, "week_12")
    bench.write(REDCAP, last, disp_status="2", disp_reason="3")
    place = bench.find_rows(REDCAP, person, form="adverse_event")[0]
    return bench.spoil(REDCAP, place, "ae_withdrawal", "1")


def _sum_hands(bench, person):
    row = bench.tables[REDCAP].loc[bench.find_row(person, "baseline")]
    return sum(int(row[name]) for name in HANDS)


def _lack_list(bench):
    person = bench.free[0]
    for place in bench.find_rows(REDCAP, person, form="medication"):
        bench.remove(REDCAP, place)
    return bench.make_fault(REDCAP, bench.find_row(person, "screening"), "medication_complete")


def _outlast(bench):
    """Let the event of an ulcer end while the ulcer is active."""
    fault = _hurt(bench, ("week_4", "week_12"), "du_active", new="10")
    place = bench.find_rows(REDCAP, fault.participant, form="adverse_event")[0]
    cells_of_event = OPEN | {"ae_start": after(18), "ae_stop": after(37)}
    bench.fill(REDCAP, place, fault.participant, cells_of_event)
    return bench.make_fault(REDCAP, place, "ae_stop")


ULCERATED = functools.partial(_hurt, visits=("baseline", "week_4", "week_12"))
FORMS = (
    Kind("not recovered and over", "recovery_absent", event("ae_ongoing", ae_outcome="3")),
    Kind("life-threatening at grade 1", "grade_disagrees",
         event("ae_grade", ae_serious="1", ae_serious_why="2", ae_grade="1")),
    Kind("planned stay as a criterion", "stay_disagrees",
         event("ae_planned_stay", ae_serious="1", ae_serious_why="3", ae_grade="3",
               ae_planned_stay="1"), ("stay_unplanned",)),
    Kind("related before the procedure", "related_before",
         event("ae_rel_inj", ae_rel_product="3", ae_start=after(-2), ae_stop=after(-1)),
         ("ulcer_without_event",)),
    Kind("related before the anaesthesia", "related_before",
         event("ae_rel_inj", ae_start=after(0), ae_stop=after(1), ae_start_time="05:00",
               ae_rel_lipo="4"), ("ulcer_without_event",)),
    Kind("planned stay that nobody planned", "stay_unplanned",
         among(_has("procedure", "planned_stay", "0".__eq__),
               event("ae_planned_stay", ae_planned_stay="1"))),
    Kind("event ended long after", "event_end_far",
         among(_is_early, event("ae_stop", ae_stop=after(380)))),
    Kind("begun during the trial, no change", "drug_change_disagrees",
         repeat_form("medication", "cm_change", **VITAMIN, cm_start=after(20))),
    Kind("stopped and going on", "drug_change_disagrees",
         repeat_form("medication", "cm_change", **VITAMIN, cm_change="4",
                     cm_change_date=after(30))),
    Kind("change long before the trial", "drug_change_far",
         repeat_form("medication", "cm_change", **VITAMIN, cm_start="2012",
                     cm_change="2", cm_change_date=after(-300))),
    Kind("limited disease, thick trunk", "skin_extent", _thicken),
    Kind("ulcers and none ever", "ulcer_history",
         among(_healthy, functools.partial(ULCERATED, at="du_history"))),
    Kind("end without a date", "exit_incomplete", cells("disp_date", "week_12", disp_date="")),
    Kind("discontinued without a reason", "exit_incomplete",
         cells("disp_reason", "week_12", where="disp_date", disp_status="2")),
    Kind("completed long after the last visit", "exit_late",
         among(_is_early, cells("disp_date", "week_12", disp_date=after(300)))),
    Kind("ended before the procedure", "exit_before_visit",
         cells("disp_date", "week_12", disp_status="2", disp_reason="5", disp_date=after(-3))),
    Kind("ended for another reason before the last visit", "exit_before_visit",
         cells("disp_date", "week_12", disp_status="2", disp_reason="7", disp_date=after(40))),
    Kind("two deaths", "death_again", _die_twice, ("coded_apart",)),
    Kind("related to an injection that was not given", "related_without",
         among(_healthy, _withhold), ("related_before",)),
    Kind("a tenth injected", "volume_left",
         among(_has("procedure", "proc_deviation", "".__eq__), cells(
             "final_ml", "procedure", **{
                 f"inj_{side}{n}": "0.10" for side in "rl" for n in range(2, 6)}))),
    Kind("left because of an event, and lost", "withdrawal_elsewhere", _lose_after_event),
    Kind("eligible and failed", "eligibility_disagrees",
         functools.partial(_fail, number=0, at="disp_reason", eligible="1", screen_fail_reason=""),
         ("form_absent",)),
    Kind("failed without an end", "exit_absent",
         functools.partial(_fail, number=1, at="eligible", disp_status="", disp_date="",
                           disp_reason="")),
    Kind("tests of an earlier visit", "copied_forward", _retake),
    Kind("code of a missing value", "code_doubtful",
         cells("lab_crp", "screening", lab_crp="99")),
    Kind("code of missing values in a row", "code_doubtful",
         cells("lidocaine_mg", "procedure", lidocaine_mg="888", tumescent_ml="888")),
    Kind("scales left blank", "part_missing",
         cells("shaq_line", "week_12", shaq_line="", **dict.fromkeys(SCALES, ""))),
    Kind("half of a questionnaire blank", "part_missing",
         cells("chfs_10", "week_4", chfs_total="", **dict.fromkeys(COCHIN[9:], ""))),
    Kind("one hand blank", "part_missing",
         cells("circ_l2", "week_12", **{f"circ_l{n}": "" for n in range(2, 6)})),
    Kind("tests left blank", "part_missing",
         cells("lab_creatinine", "week_12", lab_wbc="", lab_hb="", lab_plt="", lab_creatinine="")),
    Kind("volumes without a time of injection", "injection_disagrees",
         cells("first_injection", "procedure", first_injection="")),
    Kind("injected on another day", "procedure_days",
         cells("anaesthesia_start", "procedure", first_injection=lambda row, start:
               shift_day(row["first_injection"], 1) + row["first_injection"][10:])),
    Kind("ulcer active and healed", "ulcer_state",
         cells("du_active", "week_4", fits="1", du_healed="1")),
    Kind("ulcer active and healed in two rows", "ulcer_states",
         among(_healthy, functools.partial(
             _hurt, visits=("week_12", "week_12"), at="du_active", du_active="0",
             du_healed="1", du_size_mm="0")), ("ulcer_differs",)),
    Kind("ulcer that nobody saw before", "ulcer_differs",
         among(_healthy, functools.partial(_hurt, visits=("week_12",), at="du_active"))),
    Kind("medicine in another class", "coded_apart", _recode),
    Kind("haemoglobin in another unit", "laboratory_far",
         cells("lab_hb", "screening", lab_hb="4.6")),
    Kind("another line", "line_differs", cells("shaq_line", "week_12", shaq_line="200")),
    Kind("grade 4 and not serious", "grade_not_serious", event("ae_grade", ae_grade="4")),
    Kind("recovering and over", "recovery_open", event("ae_ongoing", ae_outcome="2")),
    Kind("event of an ulcer nobody saw", "ulcer_unrecorded",
         among(_healthy, event("ae_start", **OPEN))),
    Kind("event of an ulcer that healed", "ulcer_event_lasting",
         among(_healthy, event("ae_ongoing", **OPEN | UNHEALED)), ("ulcer_unrecorded",)),
    Kind("event of an ulcer that lasts longer", "ulcer_event_ended", among(_healthy, _outlast)),
    Kind("planned finger left out", "finger_left_out",
         cells("inj_l1", "procedure", inj_r3="0", proc_deviation="")),
    Kind("finger that nobody planned", "finger_added",
         among(_has("procedure", "proc_deviation", "".__eq__),
               cells("inj_l1", "procedure", inj_r1="0.30"))),
    Kind("cells of another unit", "product_far", cells("processed_ml", "procedure", tnc_e6="0.03")),
    Kind("lidocaine beyond the weight", "lidocaine_far",
         among(_number("screening", "weight_kg", 30, 62),
               cells("lidocaine_mg", "procedure", lidocaine_mg="3490"))),
    Kind("unusual body", "body_unusual",
         cells("height_cm", "screening", height_cm="160", weight_kg="105")),
    Kind("dose with a misplaced point", "dose_far", _multiply),
    Kind("medicine listed at once", "drug_overlaps",
         repeat_form("medication", "cm_name", cm_dose=lambda row, start:
                     str(int(row["cm_dose"]) * 2))),
    Kind("scales turned round", "scale_reversed", _turn),
    Kind("rating far from the diary", "diary_differs", _rate),
    Kind("few days rated", "diary_short",
         functools.partial(_thin, file=DIARY, kept=5, at="visit_date"), ("diary_differs",)),
    Kind("two questionnaires apart", "function_differs",
         cells("chfs_01", "week_12", chfs_total="0", **dict.fromkeys(COCHIN, "0"),
               **dict.fromkeys(HAQ, "2")), ("change_far", "scale_reversed")),
    Kind("normal pattern with giants", "pattern_disagrees",
         _read_once("giants", pattern="0", giants="2", n_giants="3")),
    Kind("dense and lost", "density_disagrees", _read_once("density", density="12", loss="3")),
    Kind("counted while absent", "counted_while_absent",
         _read_once("giants", giants="0", n_giants="12", pattern="1")),
    Kind("readers far apart", "readers_differ", _read_otherwise,
         ("density_disagrees", "pattern_disagrees")),
    Kind("unreadable and graded", "unreadable_graded", _read_once("comment", comment="판독 불가")),
    Kind("one place in the order twice", "reading_order", _reorder),
    Kind("thumb far from baseline", "change_far",
         among(_number("baseline", "kap_r", 8), cells("kap_l", "week_12", kap_r="0"))),
    Kind("both thumbs turned round", "change_far",
         among(_number("baseline", "kap_r", 7), among(_number("baseline", "kap_l", 7), cells(
             "kap_l", "week_12", kap_r="2", kap_l="2")))),
    Kind("no skin score left", "change_far",
         among(_number("baseline", "mrss_total", 18), cells(
             "mrss_abdomen", "week_12", mrss_total="0", **dict.fromkeys(
                 (f"mrss_{name}" for name in (
                     "face", "chest", "abdomen", *(f"{part}_{side}" for side in "rl" for part in (
                         "uarm", "farm", "hand", "fing", "thigh", "leg", "foot")))), "0")))),
    Kind("no skin score of the hands left", "change_far",
         among(lambda bench, person: _sum_hands(bench, person) >= 10, cells(
             "mrss_fing_l", "week_12", **dict.fromkeys(HANDS, "0"), mrss_total=lambda row, start:
             str(int(row["mrss_total"]) - sum(int(row[name]) for name in HANDS))))),
    Kind("body of another person", "person_again",
         functools.partial(_borrow, visit="screening", names=BODY, at="birth_year"),
         ("body_implausible",)),
    Kind("product of another person", "product_again",
         functools.partial(_borrow, visit="procedure", names=PRODUCT, at="final_ml"),
         ("volume_exceeds",)),
    Kind("images of one hand gone", "images_missing",
         functools.partial(_thin, file=IMAGES, kept=8, at="image_id")),
    Kind("image of a thumb", "image_unplanned", _read_once("field", finger="1"),
         ("images_missing",)),
    Kind("drug that no list has", "drug_unlisted", _treat),
    Kind("drug for an event nobody reported", "drug_without_event", _prescribe),
    Kind("list of medication gone", "list_absent", _lack_list),
    Kind("form at the wrong visit", "form_unplanned",
         cells("kap_l", "week_1", where="visit_date", kap_r="3", kap_l="4", kapandji_complete="2")),
)  # fmt: skip
