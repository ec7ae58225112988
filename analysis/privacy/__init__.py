"""What may not leave with a file: identifiers in its text, and the places where text hides.

The cleaning and `analysis.release` call it. It reads bytes and texts, and touches no file.
"""
