"""Figures: one function each, from processed tables and results to a figure and its text."""
