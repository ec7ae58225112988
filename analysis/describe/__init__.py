"""Who took part and what they received, for notebook 03.

The flow of participants and the denominators that follow from it, the baseline characteristics
and their coarsening for print, the exposure and the release tests: from processed tables to rows
of results. Safety, reporting, the trail and the notebooks call them.
"""
