"""From a number back to the cells it was computed from: on the command line, at a desk, in pages.

The command line calls it, and `analysis.run` has it write the pages beside the documents.
"""
