"""Which harms were seen, for notebook 06.

The periods, counts and listing of adverse events, and the harms that were asked for or measured
(local reactions, digital ulcers, laboratory values): from processed tables to rows of results.
Reporting, the trail and the notebooks call them.
"""
