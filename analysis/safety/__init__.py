"""Adverse events, exposure, participant flow and baseline, as rows of results."""
