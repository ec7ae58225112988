"""Find what may not leave with a file: identifiers in its texts, wherever they are hidden.

The cleaning and `analysis.release` call it. It reads bytes and texts, and touches no file.
"""
