"""From a number back to its raw cells: on the command line, at a desk in a notebook, in pages.

The command line calls it; `analysis.run` uses it to write the pages beside the documents.
"""
