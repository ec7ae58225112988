"""Faults of the diary and of the readers' sheet, and participants spelled in other ways."""

from analysis.demo.faults.plant import DIARY, IMAGES, REDCAP
from analysis.demo.faults.writing import dotted_date, drift, full_width


def plant_diary(planter):
    """The diary: characters, range, dates, a day rated twice, days of no visit."""
    planter.start("full_width", "converted", "A full-width digit in the diary")
    row = planter.rows(DIARY, 0)[2]
    planter.change(DIARY, row, "rating", full_width(planter.read(DIARY, row, "rating")))
    planter.start("out_of_range", "set_missing", "A rating above 10")
    planter.change(DIARY, planter.rows(DIARY, 4)[4], "rating", "11")
    planter.start("date_format", "converted", "A dotted date in the diary")
    row = planter.rows(DIARY, 2)[6]
    planter.change(DIARY, row, "entry_date", dotted_date(planter.read(DIARY, row, "entry_date")))
    planter.start(
        "diary_day_repeated", "set_aside", "A day was rated twice; the first entry is used"
    )
    first = planter.rows(DIARY, 1)[5]
    rating = int(planter.read(DIARY, first, "rating"))
    cells = {"entry_time": "23:59", "rating": str(rating + 2 if rating < 9 else rating - 2)}
    planter.note(DIARY, planter.add(DIARY, first, cells), "", "", "")
    planter.start(
        "diary_out_of_window", "kept", "Ratings of days that belong to no visit; they are not used"
    )
    for person, day in ((3, 40), (5, -15), (5, -16)):
        date = str(planter.cohort.days["procedure"][person] + day)
        like = planter.rows(DIARY, person)[0]
        planter.note(
            DIARY, planter.add(DIARY, like, {"entry_date": date, "rating": "4"}), "", "", ""
        )


def plant_images(planter):
    """The readers' sheet: words for the hand, range, images that could not be read."""
    planter.start("side_spelling", "converted", "The hand in other words")
    words = {"R": ("Rt", "우", "오른손", "right"), "L": ("Lt", "좌", "왼손", "left")}
    for place, row in enumerate(planter.rows(IMAGES, 1)[:4]):
        planter.change(IMAGES, row, "hand", words[planter.read(IMAGES, row, "hand")][place])
    planter.start("out_of_range", "set_missing", "A grading above 3")
    planter.change(IMAGES, planter.rows(IMAGES, 1)[6], "loss", "4")
    planter.start("full_width", "converted", "A full-width digit in the readers' sheet")
    row = planter.rows(IMAGES, 3)[0]
    planter.change(IMAGES, row, "density", full_width(planter.read(IMAGES, row, "density")))
    planter.start("image_unreadable", "kept", "The image could not be read; nothing is asked")
    measures = (
        "density", "enlarged", "giants", "haemorrhages", "loss", "disorganisation", "ramified",
        "n_giants", "n_haemorrhages", "pattern",
    )  # fmt: skip
    for row in [row for row in planter.rows(IMAGES, 2) if row.endswith("|A")][3:5]:
        for field in measures:
            planter.change(IMAGES, row, field, "")
        planter.change(IMAGES, row, "comment", "판독 불가")


def plant_identifiers(planter):
    """Other spellings of the participant; last, because keys change with them."""
    planter.start("identifier_spelling", "converted", "Other spellings of the participant")
    week_1 = planter.row(6, "week_1")
    planter.change(REDCAP, week_1, "record_id", drift(planter.ids[6], "sim", 2))
    planter.change(DIARY, planter.rows(DIARY, 2)[8], "record_id", drift(planter.ids[2], "sim-"))
    planter.start("surrounding_space", "converted", "A space after the participant")
    planter.change(IMAGES, planter.rows(IMAGES, 1)[9], "record_id", f"{planter.ids[1]} ")
