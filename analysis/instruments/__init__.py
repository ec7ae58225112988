"""The instruments of the outcomes as data, and their scoring.

One module per instrument, the catalogue that lists them, the checks of items and scores, and the
functions from items to scores and pairs. The notebooks call `scores`, `checks` and `summaries`;
cleaning, the reports and the trail look definitions up in `catalogue`. Nothing here reads or
writes a file.
"""
