"""The audit paths.

As trees with their drafts, replay, checks, preview and migration;
the accepting organisations; an organisation confirms its place.
"""
