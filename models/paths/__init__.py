"""Audit paths.

Places, accepting offices, drafts of changes,
versions.
"""
