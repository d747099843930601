"""The yearly batch.

A year of a committee or office,
with all its deadlines.
"""
