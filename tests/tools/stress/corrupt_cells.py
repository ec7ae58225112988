"""Kinds of fault in a single cell: how people and programs write what a form asks for."""

import functools
import re
from datetime import date

from analysis.demo.planter import DIARY, IMAGES, REDCAP
from stress.bench import Kind

FINGERS = tuple(f"circ_{side}{finger}" for side in "rl" for finger in range(2, 6))
SKIN = ("mrss_face", "mrss_chest", "mrss_fing_r", "mrss_hand_l", "mrss_foot_r", "mrss_thigh_l")
ANSWERS = (*SKIN, "chfs_01", "chfs_09", "chfs_18", "haq_01", "haq_12", "haq_20")
# Cells that no other rule depends on when they are emptied.
CODES = (*((REDCAP, name) for name in (*ANSWERS, "ae_grade", "ae_rel_product", "subset")),)
COUNTS = (
    (REDCAP, "vas_hand"), (REDCAP, "kap_r"), (REDCAP, "kap_l"), (REDCAP, "lr_donor_pain"),
    (REDCAP, "needle_g"), (REDCAP, "sites_per_finger"), (DIARY, "rating"), (IMAGES, "loss"),
    (IMAGES, "ramified"), (IMAGES, "n_giants"), (IMAGES, "pattern"),
)  # fmt: skip
AMOUNTS = (
    *((REDCAP, name) for name in FINGERS),
    *((REDCAP, f"lab_{name}") for name in ("wbc", "hb", "plt", "creatinine", "crp", "sbp")),
    (REDCAP, "height_cm"), (REDCAP, "weight_kg"), (REDCAP, "tnc_e6"), (IMAGES, "density"),
)  # fmt: skip
NUMBERS = (*COUNTS, *AMOUNTS)
DATES = tuple((REDCAP, name) for name in ("visit_date", "icf_date", "disp_date", "ae_stop"))
ALL_DATES = (
    *DATES, (REDCAP, "ae_start"), (REDCAP, "cm_start"), (IMAGES, "read_date"),
    (DIARY, "entry_date"),
)  # fmt: skip
MOMENTS = tuple(
    (REDCAP, name)
    for name in ("anaesthesia_start", "process_start", "process_end", "first_injection")
)
TIMES = ((REDCAP, "ae_start_time"), (DIARY, "entry_time"))
# Windows, the order of visits and the diary hang on the dates of these visits.
PIVOTAL = ("screening", "baseline", "procedure", "week_12")
WORDS = {
    "not_done": ("ND", "nd", "not done", "미시행", "미실시", "측정안함"),
    "unknown": ("NK", "UNK", "unk", "unknown", ".", "-", "모름", "불명", "결측"),
    "not_applicable": ("NA", "N/A", "n/a", "해당없음", "해당 없음"),
    "refused": ("refused", "거부", "거절"),
    "lost_to_follow_up": ("LTFU", "추적소실"),
}
YES, NO = ("Yes", "yes", "Y", "예", "네", "있음"), ("No", "no", "N", "아니오", "아니요", "없음")
LABELS = {
    (REDCAP, "sex"): {"1": ("Female", "F", "여", "여성", "여자"), "2": ("Male", "m", "남", "남성")},
    (REDCAP, "du_side"): {
        "1": ("Right", "R", "Rt", "Rt.", "우", "우측", "오른손"),
        "2": ("Left", "lt", "좌", "왼손"),
    },
    (REDCAP, "dominant_hand"): {"1": ("right", "우"), "2": ("left", "좌")},
    (REDCAP, "ae_serious"): {"0": NO, "1": YES},
    (REDCAP, "ab_aca"): {"0": NO, "1": YES},
    (REDCAP, "ae_rel_lipo"): dict(
        zip("01234", (("UNRELATED",), ("unlikely",), ("Possible ",), ("probable",), ("Definite",)),
            strict=True)
    ),
    (REDCAP, "smoking_now"): {"0": ("Never",), "1": ("former",), "2": ("CURRENT",)},
    (IMAGES, "hand"): {"R": ("right", "Rt", "우", "오른손"), "L": ("Left", "lt", "좌", "왼손")},
}  # fmt: skip


def _one(*texts):
    return lambda value, rng: rng.choice(texts)


def _spaced(value, rng):
    space = rng.choice((" ", "  ", "\t", "\u00a0", "\u3000", "\u200b", "\u200f", "\ufeff"))
    return rng.choice((value + space, space + value, space + value + space))


def _spaced_text(value, rng):
    return rng.choice((f"{value} ", f" {value}", f"{value}\t", f"\u3000{value}"))


def _wide(value, rng):
    return "".join(chr(ord(letter) + 0xFEE0) for letter in value)


def _bounded(value, rng):
    return rng.choice(
        (f"<{value}", f">={value}", f"~{value}", f"≤{value}", f"약 {value}", f"{value} 이상",
         f"{value}?", f"{value} 미만", f"about {value}")
    )  # fmt: skip


def _dated(value, rng):
    return rng.choice(("03-May", "Mar-05", "5월 3일", "1/2", "2021-03-05", "12-Jan"))


def _split(value):
    return value[:4], int(value[5:7]), int(value[8:10])


def _other_date(value, rng):
    year, month, day = _split(value)
    weekday = "월화수목금토일"[date.fromisoformat(value).weekday()]
    name = date.fromisoformat(value).strftime("%b")
    forms = [
        f"{year}년 {month}월 {day}일", f"{year}. {month}. {day}.({weekday})",
        f"{year}.{month:02d}.{day:02d}", f"{year}/{month}/{day}", f"{year}{month:02d}{day:02d}",
        f"{day} {name} {year}", f"{name} {day}, {year}", f"{year}-{month}-{day}",
        f"{year}년{month}월{day}일",
    ]  # fmt: skip
    if day > 12 or day == month:
        forms += [f"{day:02d}/{month:02d}/{year}", f"{month}/{day}/{year}"]
    return rng.choice(forms)


def _other_moment(value, rng):
    hour, minute = int(value[11:13]), value[14:]
    half = "오후" if hour >= 12 else "오전"
    return rng.choice(
        (f"{value[:10]}T{value[11:]}", f"{value}:00",
         f"{value[:10].replace('-', '. ')}. {half} {(hour - 1) % 12 + 1}:{minute}")
    )  # fmt: skip


def _other_time(value, rng):
    hour, minute = int(value[:2]), value[3:]
    half, short = ("오후", "PM") if hour >= 12 else ("오전", "AM")
    clock = (hour - 1) % 12 + 1
    return rng.choice(
        (f"{half} {clock}:{minute}", f"{clock}:{minute} {short}", f"{hour}시 {minute}분",
         f"{value}:00", f"{half} {clock}시 {minute}분")
    )  # fmt: skip


def _short_year(value, rng):
    year, month, day = _split(value)
    return rng.choice((f"{year[2:]}.{month:02d}.{day:02d}", f"{year[2:]}년 {month}월 {day}일"))


def _serial(value, rng):
    return str((date.fromisoformat(value) - date(1899, 12, 30)).days)


def _unclear(value, rng):
    year, month, day = _split(value)
    return rng.choice((f"{day:02d}/{month:02d}/{year}", f"{month}-{day}-{year}"))


def _is_unclear(value):
    return len(value) == 10 and int(value[8:]) <= 12 and value[5:7] != value[8:]


def _is_day(value):
    return re.fullmatch(r"20[0-9]{2}-[0-9]{2}-[0-9]{2}", value) is not None


def _is_short_decimal(value):
    return re.fullmatch(r"[0-9]+\.[0-9]{1,2}", value) is not None


def _tenth(value):
    return f"{float(value) / 10:.12g}"


def _plant(bench, places, write, *, clean, fits=None, skip=(), reason=""):
    """Rewrite one cell of one of some columns; `clean` is "same" or ""."""
    for file, name in bench.rng.sample(places, len(places)):
        place = bench.find_filled(file, name, fits, skip=skip if name == "visit_date" else ())
        if place is not None:
            break
    else:
        return None
    true = bench.read(file, place, name)
    text = write(true, bench.rng)
    return bench.spoil(
        file, place, name, text, clean=true if clean == "same" else "", reason=reason
    )


def _kind(name, rule, places, write, clean, *, also=(), **more):
    plant = functools.partial(_plant, places=places, write=write, clean=clean, **more)
    return Kind(name, rule, plant, also)


def _label(bench):
    (file, name), labels = bench.rng.choice(list(LABELS.items()))
    place = bench.find_filled(file, name, lambda value: value in labels)
    if place is None:
        return None
    true = bench.read(file, place, name)
    return bench.spoil(file, place, name, bench.rng.choice(labels[true]), clean=true)


def _missing(bench, reason):
    return _plant(
        bench, (*CODES, *NUMBERS, *DATES, (REDCAP, "diluent"), (REDCAP, "ae_action")),
        _one(*WORDS[reason]), clean="", skip=PIVOTAL, reason=reason,
    )  # fmt: skip


def _drift(bench, file):
    for person in bench.free:
        places = bench.find_rows(file, person)
        if places:
            number = int(person.removeprefix("SIM-"))
            spelled = bench.rng.choice(
                (
                    f"SIM-{number}",
                    f"sim{number:02d}",
                    f"SIM {number:03d}",
                    f"{number}",
                    f"sim_{number}",
                )
            )
            if spelled == person:
                spelled = person.lower()
            place = bench.rng.choice(places)
            bench.write(file, place, record_id=spelled)
            return bench.make_fault(file, place, "record_id", person=person, clean=person)
    return None


OUTSIDE = {
    (REDCAP, "kap_r"): ("11", "18", "20", "-1"), (REDCAP, "vas_hand"): ("101", "150", "-5"),
    (REDCAP, "circ_r2"): ("120", "86", "3.4", "0"), (REDCAP, "lab_sbp"): ("1220", "12"),
    (REDCAP, "viability_pct"): ("101", "932"), (REDCAP, "mrss_total"): ("60", "-3"),
    (REDCAP, "height_cm"): ("15.8", "1580"), (REDCAP, "birth_year"): ("1890", "2020"),
    (DIARY, "rating"): ("11", "100", "-1"), (IMAGES, "loss"): ("4", "-1"),
    (IMAGES, "density"): ("70",), (REDCAP, "lipo_ml"): ("2950", "5"),
    (REDCAP, "chfs_total"): ("91",), (REDCAP, "inj_r2"): ("20", "-0.5"),
}  # fmt: skip


def _outside(bench):
    (file, name), texts = bench.rng.choice(list(OUTSIDE.items()))
    return _plant(bench, ((file, name),), _one(*texts), clean="", reason="out_of_range")


def _own_unit(bench):
    units = {
        **dict.fromkeys(((REDCAP, name) for name in FINGERS), ("mm", " mm", "MM", " 밀리미터")),
        (REDCAP, "lab_hb"): (" g/dL", "g/dl"), (REDCAP, "weight_kg"): ("kg", " KG", " kgs"),
        (REDCAP, "height_cm"): ("cm", " ㎝"), (REDCAP, "viability_pct"): ("%", " percent"),
        (REDCAP, "lipo_ml"): (" cc", "ml", " mL"), (REDCAP, "lab_pulse"): (" bpm", "/min"),
        (REDCAP, "vas_hand"): ("mm", " mm"),
    }  # fmt: skip
    (file, name), told = bench.rng.choice(list(units.items()))
    return _plant(bench, ((file, name),), lambda v, rng: v + rng.choice(told), clean="same")


def _other_unit(bench):
    changes = (
        *((name, lambda v, rng: f"{_tenth(v)} cm") for name in FINGERS),
        ("height_cm", lambda v, rng: f"{int(v) / 100:.2f} m"),
    )
    name, write = bench.rng.choice(changes)
    return _plant(bench, ((REDCAP, name),), write, clean="same")


CELLS = (
    _kind("space around a code or number", "surrounding_space", (*CODES, *NUMBERS), _spaced,
          "same"),
    _kind("space around a text", "surrounding_space",
          ((REDCAP, "assessor"), (REDCAP, "ae_class"), (REDCAP, "diluent"), (IMAGES, "reader")),
          _spaced_text, "same"),
    _kind("space around a date", "surrounding_space", ALL_DATES, _spaced, "same"),
    _kind("full-width number or code", "full_width", (*CODES, *NUMBERS), _wide, "same"),
    _kind("full-width date", "full_width", ALL_DATES, _wide, "same"),
    Kind("label, word or Hangul for a code", "label_for_code", _label),
    _kind("code with empty decimals", "decimal_code", (*CODES, *COUNTS),
          lambda v, rng: v + rng.choice((".0", ".00")), "same"),
    *(Kind(f"identifier drift in {file}", "identifier_spelling",
           functools.partial(_drift, file=file))
      for file in (REDCAP, DIARY, IMAGES)),
    _kind("space around an identifier", "surrounding_space",
          ((REDCAP, "record_id"), (DIARY, "record_id"), (IMAGES, "record_id")), _spaced_text,
          "same"),
    _kind("decimal comma", "decimal_comma", AMOUNTS, lambda v, rng: v.replace(".", ","), "same",
          fits=_is_short_decimal),
    _kind("comma before three digits", "thousands_or_decimal", AMOUNTS, _one("1,200", "56,125"),
          ""),
    Kind("unit in the cell", "unit_in_cell", _own_unit),
    Kind("another unit in the cell", "unit_converted", _other_unit),
    _kind("centimetres without a unit", "centimetres", tuple((REDCAP, n) for n in FINGERS),
          lambda v, rng: _tenth(v), "same"),
    _kind("bound or doubt", "qualifier", NUMBERS, _bounded, "", reason="pending_query"),
    _kind("spreadsheet's date in a number", "excel_date", NUMBERS, _dated, "",
          reason="pending_query"),
    _kind("spreadsheet's date in a code", "excel_date", CODES, _dated, ""),
    _kind("words in a number", "not_a_number", NUMBERS, _one("good", "five", "좋음", "5;6", "5 6"),
          "", reason="pending_query"),
    _kind("fraction of a count", "not_an_integer", COUNTS, lambda v, rng: f"{int(v)}.5", "",
          reason="pending_query", fits=str.isdigit),
    *(Kind(f"missing code: {reason}", "missing_code", functools.partial(_missing, reason=reason))
      for reason in WORDS),
    _kind("missing number in a number", "missing_number",
          (*((REDCAP, n) for n in (*FINGERS, "vas_hand", "kap_r", "lab_hb")), (DIARY, "rating"),
           (IMAGES, "loss")), _one("-9", "-99", "999", "9999"), "",
          reason="unknown"),
    _kind("missing number in a code", "missing_number", CODES, _one("99", "-9", "999"), ""),
    _kind("missing number in a date", "missing_number", DATES, _one("-99", "9999"), "",
          skip=PIVOTAL),
    _kind("code outside its choices", "unknown_code", CODES, _one("7", "x", "12", "-1"), ""),
    Kind("number outside its range", "out_of_range", _outside),
    _kind("another form of a date", "date_format", ALL_DATES, _other_date, "same", fits=_is_day),
    _kind("another form of date and time", "date_format", MOMENTS, _other_moment, "same"),
    _kind("another form of a time", "time_format", TIMES, _other_time, "same"),
    _kind("two-digit year", "two_digit_year", ALL_DATES, _short_year, "same", fits=_is_day),
    _kind("serial date", "serial_date", ALL_DATES, _serial, "same", fits=_is_day),
    _kind("day and month unclear", "day_or_month", DATES, _unclear, "", fits=_is_unclear,
          skip=PIVOTAL),
    _kind("day that does not exist", "impossible_date", DATES,
          lambda v, rng: v[:4] + rng.choice(("-02-30", "-13-01", "-00-10", "-06-31")), "",
          skip=PIVOTAL),
    _kind("year that cannot be", "implausible_date", DATES,
          lambda v, rng: rng.choice(("2121", "1907")) + v[4:], "",
          skip=PIVOTAL),
    _kind("no date", "not_a_date", DATES, _one("soon", "어제", "2021-", "03-May"), "",
          skip=PIVOTAL),
    _kind("no time", "not_a_time", TIMES, _one("noonish", "25:10", "아침"), ""),
)  # fmt: skip
