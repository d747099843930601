"""Audit paths, their drafts and versions."""
