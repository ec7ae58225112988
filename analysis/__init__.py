"""Analysis of a seven-participant trial: clean, score, compare, report."""
