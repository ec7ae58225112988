"""The instruments as data, and their scoring."""

from analysis.instruments.consistency import check_scores
from analysis.instruments.pairs import make_pairs
from analysis.instruments.scores import score_items

__all__ = ["check_scores", "make_pairs", "score_items"]
