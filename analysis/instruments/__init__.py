"""The instruments of the outcomes as data, and their scoring.

It holds one module per instrument, the catalogue that lists them, the checks of items and scores,
and the way from items to scores and pairs. The notebooks call `scores`, `checks` and `summaries`;
cleaning, the reports and the trail ask `catalogue` for what is defined. Nothing here reads or
writes a file.
"""
