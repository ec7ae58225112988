"""Pain of the hands on a visual analogue scale, in mm of a 100 mm line."""

import numpy as np
import pandas as pd

from analysis.instruments.answers import name_key, scale_rating, score_answers, spread_items
from analysis.instruments.definition import (
    DASTE,
    SCLEREDUC,
    SIDES,
    Instrument,
    Item,
    Source,
    Threshold,
    Variant,
)
from analysis.study import Scoring

_TOP = 100
_HANDS = tuple(name_key("vas", side) for side in SIDES)


def score_hand_pain(items: pd.DataFrame, scoring: Scoring) -> list[pd.DataFrame]:
    """Scale the mark to a 100 mm line; with a mark per hand, give the mean and the worse hand.

    Parameters
    ----------
    items
        ``vas`` for both hands (no location) or for each, and ``line_length``, in mm.
    scoring
        ``hand_pain_line_mm`` is used where no length was recorded.

    Returns
    -------
    Scores of 0 to 100 mm; study.yml declares which of them is analysed.
    """
    answers = spread_items(items, ("vas", *_HANDS, "line_length"))
    blocks = []
    for needs, variants in (
        (("vas",), ("scaled_rating",)),
        (_HANDS, ("mean_of_hands", "worse_hand")),
    ):
        due = answers.keep_due(needs)
        line = scoring.hand_pain_line_mm.value
        scaled = [
            scale_rating(due, each, instrument="hand_pain", line_mm=line, top=_TOP)
            for each in needs
        ]
        ratings = np.column_stack([rating for rating, _ in scaled])
        declared = np.any([stood_in for _, stood_in in scaled], axis=0)
        for variant in variants:
            score = (ratings.mean if variant == "mean_of_hands" else ratings.max)(axis=1)
            fired = {"item_missing": np.isnan(score), "declared_line_length": declared}
            blocks.append(score_answers(due, needs, score, variant=variant, **fired))
    return blocks


HAND_PAIN = Instrument(
    name="hand_pain",
    label="Pain of the hands, visual analogue scale",
    measures="intensity of pain of the hands",
    items=(
        Item("vas", "mark on the line", 0, locations=("", *SIDES), unit="mm"),
        Item("line_length", "length of the line as printed", 1, unit="mm", anchored=False),
    ),
    better="lower",
    rated_by="participant",
    recall="now or the past week, by form; not stated by the registration",
    anchors="0 no pain, end of the line worst imaginable pain",
    scoring_rule="100 x mark / length of the line, the declared length where none is recorded",
    missing_rule="no mark, no score; both hands are needed where each is rated",
    variants=(
        Variant("scaled_rating", "one rating for both hands", 0, _TOP),
        Variant("mean_of_hands", "mean of the right and the left rating", 0, _TOP),
        Variant("worse_hand", "the worse of the two hands", 0, _TOP),
    ),
    score=score_hand_pain,
    thresholds=(
        Threshold("MCII, joint pain 0 to 100", "6.74 (SD 32.02)", SCLEREDUC, DASTE),
        Threshold("PASS, joint pain 0 to 100", "53.75 (34 to 68)", SCLEREDUC, DASTE),
    ),
    licence="no fee known",
    sources=(
        Source("public registration: pain of the hands on a scale", "found"),
        Source("Daste 2019, PubMed 29685482: MCII, PASS", "found"),
        Source("100 mm line and its anchors: common practice", "decided"),
    ),
)
