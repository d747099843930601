"""Organisations, persons, the blacklist."""
