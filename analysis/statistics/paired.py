"""Statistics of paired differences, gathered: each lives in the module of its name.

Where other tools answer differently, on purpose (tests hold each):

- ``scipy.stats.wilcoxon`` agrees with `signed_rank` while it enumerates, up to 13 pairs; its
  ``method="exact"`` ignores ties and zeros, and beyond 13 pairs with ties it approximates.
- ``pingouin.wilcoxon`` drops zeros from its rank-biserial correlation whatever they were ranked
  by; it agrees with `rank_biserial` without zeros.
- ``pingouin.ttest`` agrees with `paired_t`, but rounds its interval to two decimals; its
  ``cohen_d`` of pairs is the unsigned d_av, not `d_z`, and its ``hedges`` shrinks by
  1 - 3/(8n - 9), too little for pairs.
"""

from analysis.statistics.checks import round_differences
from analysis.statistics.effect_sizes import EffectSize, d_z, hedges_g_av, hedges_g_z
from analysis.statistics.hodges_lehmann import HodgesLehmann, hodges_lehmann
from analysis.statistics.normality import Normality, describe_normality
from analysis.statistics.paired_t import MeanInterval, PairedT, mean_interval, paired_t
from analysis.statistics.sign_flip import SignFlip, sign_flip
from analysis.statistics.sign_test import SignTest, sign_test
from analysis.statistics.signed_rank import SignedRank, rank_biserial, signed_rank

__all__ = [
    "EffectSize",
    "HodgesLehmann",
    "MeanInterval",
    "Normality",
    "PairedT",
    "SignFlip",
    "SignTest",
    "SignedRank",
    "d_z",
    "describe_normality",
    "hedges_g_av",
    "hedges_g_z",
    "hodges_lehmann",
    "mean_interval",
    "paired_t",
    "rank_biserial",
    "round_differences",
    "sign_flip",
    "sign_test",
    "signed_rank",
]
