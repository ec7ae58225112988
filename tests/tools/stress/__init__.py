"""Damage runs and exports in every way at hand, and judge the outcome: `make stress`."""
