"""Set up the environment, run the outdated steps, publish their outputs.

Only the command line, review/ and release/ import it.
"""
