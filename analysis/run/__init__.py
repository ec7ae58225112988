"""Set up, run the steps that are outdated, publish what comes of them.

Only the command line, review/ and release/ import it.
"""
