"""Imported tables and their rows."""
