"""What leaves: the archive, the privacy gate before it, and the de-identified export.

Only the command line calls it; it calls the review and the runner.
"""
