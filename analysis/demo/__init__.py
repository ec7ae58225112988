"""The simulated export: invented people, and the faults that real exports have.

It imports nothing from scoring, so that scoring is not checked against itself. Only the command
line and the tests call it; no step of the analysis does.
"""
