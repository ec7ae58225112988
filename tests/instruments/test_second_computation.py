"""HAQ-DI and Cochin by two other programs: R, and formulas of a spreadsheet."""

import csv

import numpy as np
import pandas as pd
import pytest
from instrument_items import STUDY
from programs import call
from random_items import draw_items

from analysis.instruments.scores import score_items

ITEMS = draw_items(40, seed=11, missing=0.04, visits=("baseline",))
SCORES = score_items(ITEMS, STUDY)

R_PROGRAM = r"""
items <- read.csv("items.csv", colClasses = c(value = "numeric"), na.strings = "")
people <- sort(unique(items$participant_id))

haq <- function(of, aids) {
  sizes <- c(dress = 2, arise = 2, eat = 3, walk = 2,
             hygiene = 3, reach = 2, grip = 3, activity = 3)
  boxes <- c("dressing", "arising", "eating", "walking", "hygiene", "reach", "grip", "activities")
  worst <- rep(NA_real_, 8)
  for (k in seq_along(sizes)) {
    answers <- of[paste0(names(sizes)[k], "_", seq_len(sizes[k]))]
    answers <- answers[!is.na(answers)]
    if (length(answers) == 0) next
    worst[k] <- max(answers)
    ticked <- of[paste0(c("aid_", "help_"), boxes[k])]
    if (aids && any(ticked == 1, na.rm = TRUE)) worst[k] <- max(worst[k], 2)
  }
  if (sum(!is.na(worst)) < 6) NA else mean(worst, na.rm = TRUE)
}

cochin <- function(of) {
  groups <- list(kitchen = 8, dressing = 2, hygiene = 2, office = 2, other = 4)
  parts <- lapply(names(groups), function(g) of[paste0(g, "_", seq_len(groups[[g]]))])
  if (sum(is.na(unlist(parts))) > 2) return(NA)
  filled <- lapply(parts, function(p) { p[is.na(p)] <- mean(p, na.rm = TRUE); p })
  total <- sum(unlist(filled))
  if (is.nan(total)) NA else total
}

rows <- lapply(people, function(person) {
  own <- items[items$participant_id == person, ]
  of <- function(instrument) {
    part <- own[own$instrument == instrument, ]
    setNames(part$value, part$item)
  }
  data.frame(participant_id = person, haq_di = haq(of("haq"), TRUE),
             without_aids = haq(of("haq"), FALSE), cochin = cochin(of("cochin")))
})
write.csv(do.call(rbind, rows), "scores.csv", row.names = FALSE, na = "")
"""


def list_scores(outcome, variant, component="total"):
    scores = SCORES[
        (SCORES["outcome"] == outcome)
        & (SCORES["variant"] == variant)
        & (SCORES["component"] == component)
    ]
    return scores.set_index("participant_id")["score"].sort_index().to_numpy()


@pytest.mark.needs("Rscript")
def test_r_finds_the_same_scores(tmp_path):
    ITEMS.to_csv(tmp_path / "items.csv", index=False)
    (tmp_path / "scores.R").write_text(R_PROGRAM, encoding="utf-8")
    call("Rscript", "--vanilla", "scores.R", cwd=tmp_path, check=True)
    other = pd.read_csv(tmp_path / "scores.csv").sort_values("participant_id")
    for column, scores in (
        ("haq_di", list_scores("shaq", "primary", "haq_di")),
        ("without_aids", list_scores("shaq", "without_aids", "haq_di")),
        ("cochin", list_scores("cochin_hand_function", "primary")),
    ):
        np.testing.assert_allclose(scores, other[column].to_numpy(dtype=float), rtol=1e-12)
    assert np.isnan(list_scores("cochin_hand_function", "primary")).any()


GROUPS = {"kitchen": 8, "dressing": 2, "hygiene": 2, "office": 2, "other": 4}
CATEGORIES = {
    "dress": (2, "dressing"),
    "arise": (2, "arising"),
    "eat": (3, "eating"),
    "walk": (2, "walking"),
    "hygiene": (3, "hygiene"),
    "reach": (2, "reach"),
    "grip": (3, "grip"),
    "activity": (3, "activities"),
}


def write_sheet(path):
    """Write one row per person: items, then formulas as a person would type them."""
    wide = ITEMS.assign(key=ITEMS["instrument"] + "/" + ITEMS["item"])
    wide = wide[ITEMS["instrument"].isin(["haq", "cochin"])]
    wide = wide.pivot(index="participant_id", columns="key", values="value").sort_index()
    letters = {key: _name_column(number) for number, key in enumerate(wide.columns)}
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        for row, values in enumerate(wide.to_numpy(), start=1):
            cells = ["" if np.isnan(value) else f"{value:g}" for value in values]

            def at(key, row=row):
                return f"{letters[key]}{row}"

            writer.writerow([*cells, _write_haq(at), _write_cochin(at)])


def _write_haq(at):
    scores, answered = [], []
    for category, (size, box) in CATEGORIES.items():
        cells = ";".join(at(f"haq/{category}_{number}") for number in range(1, size + 1))
        boxes = [at(f"haq/help_{box}")] + ([at(f"haq/aid_{box}")] if box != "activities" else [])
        raised = f"IF(MAX({';'.join(boxes)})=1;MAX(2;MAX({cells}));MAX({cells}))"
        scores.append(f"IF(COUNT({cells})=0;0;{raised})")
        answered.append(f"(COUNT({cells})>0)")
    count = "+".join(answered)
    return f'=IF({count}<6;"";({"+".join(scores)})/({count}))'


def _write_cochin(at):
    ranges = {
        group: ";".join(at(f"cochin/{group}_{number}") for number in range(1, size + 1))
        for group, size in GROUPS.items()
    }
    answered = "+".join(f"COUNT({cells})" for cells in ranges.values())
    blank = "+".join(f"(COUNT({cells})=0)" for cells in ranges.values())
    total = "+".join(f"AVERAGE({cells})*{GROUPS[group]}" for group, cells in ranges.items())
    return f'=IF(OR({answered}<16;{blank}>0);"";{total})'


def _name_column(number):
    first, second = divmod(number, 26)
    return (chr(64 + first) if first else "") + chr(65 + second)


@pytest.mark.needs("soffice")
def test_formulas_of_a_spreadsheet_find_the_same_scores(tmp_path):
    write_sheet(tmp_path / "items.csv")
    # Field separator comma, text quoted, UTF-8, evaluate formulas on reading.
    reading = "--infilter=CSV:44,34,76,1,,1033,false,true,false,false,true"
    writing = "csv:Text - txt - csv (StarCalc):44,34,76,1,,1033,false,false"
    soffice = ("soffice", f"-env:UserInstallation=file://{tmp_path}/profile", "--headless")
    options = {"cwd": tmp_path, "check": True, "timeout": 120}
    call(*soffice, reading, "--convert-to", "ods", "items.csv", **options)
    call(*soffice, "--convert-to", writing, "--outdir", "out", "items.ods", **options)
    sheet = pd.read_csv(tmp_path / "out" / "items.csv", header=None)
    haq, cochin = (sheet[column].to_numpy(dtype=float) for column in sheet.columns[-2:])
    np.testing.assert_allclose(list_scores("shaq", "primary", "haq_di"), haq, rtol=1e-9)
    np.testing.assert_allclose(list_scores("cochin_hand_function", "primary"), cochin, rtol=1e-9)
