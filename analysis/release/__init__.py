"""What leaves the repository: the archive, its privacy gate, and the de-identified export.

Only the command line calls it; it calls the review and the runner.
"""
