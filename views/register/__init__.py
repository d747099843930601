"""Organisations and the blacklist."""
