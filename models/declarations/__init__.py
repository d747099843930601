"""Declarations, their files, comparisons and places."""
