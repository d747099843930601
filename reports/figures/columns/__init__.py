"""Declarations as columns in memory: small codes by declaration id, exact at every moment, for the figures of a page.

A worker holds them once, follows the feed of changes before each answer, and counts with the reader's rights as a mask.
What they do not hold is answered by SQL; both give the same numbers (tests/reports/figures/test_columns.py).
"""
