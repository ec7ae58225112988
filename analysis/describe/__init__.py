"""Who took part and what they received, for notebook 03.

The room holds the flow of participants with the denominators that follow from it, the baseline
characteristics and their coarsening for print, the exposure and the release tests. It takes
processed tables and returns rows of results. Safety, reporting, the trail and the
notebooks call it.
"""
