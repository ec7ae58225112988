"""Exact statistics for few pairs, and the efficacy and sensitivity results computed from them.

A statistic takes differences or counts and knows nothing of the trial; the summaries take the
tables, the plan and a writer of rows, and return results. Notebooks 04 and 05, the trail and, for
shares, the safety results call them. Only the record of the simulation touches a file.

Deliberate differences from other tools, each held by a test:

- ``scipy.stats.wilcoxon`` agrees with `signed_rank` while it enumerates, up to 13 pairs; its
  ``method="exact"`` ignores ties and zeros, and beyond 13 pairs with ties it approximates.
- ``pingouin.wilcoxon`` drops zeros from its rank-biserial correlation whichever rule ranked them;
  `rank_biserial` uses it where zeros are dropped.
- ``pingouin.ttest`` agrees with `paired_t`, but rounds its interval to two decimals; its
  ``cohen_d`` of pairs is the unsigned d_av, not `d_z`, and its ``hedges`` shrinks by
  1 - 3/(8n - 9), too little for pairs.
"""
