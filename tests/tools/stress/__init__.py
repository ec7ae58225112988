"""Hurt a run or an export in every way at hand, and see what comes of it: `make stress`."""
