"""Set up, run, check and compare."""
