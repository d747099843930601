"""Imported tables.

A batch, its rows by the hundred,
and the meanings of words.
"""
