"""Which harms were seen, for notebook 06.

The room holds the periods, counts and listing of adverse events, and what was asked for or
measured beside them: local reactions, digital ulcers, laboratory values. It takes processed
tables and returns rows of results. Reporting, the trail and the notebooks call it.
"""
