"""The reference results, the comparison of a clean run with them, and the second program in R.

The command line and `analysis.release` call it; it calls the runner.
"""
