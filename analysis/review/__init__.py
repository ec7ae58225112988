"""The reference results, a clean run compared with them, and the second program in R.

The command line and `analysis.release` call it; it calls the runner.
"""
