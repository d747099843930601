"""Everybody's first page and the office's own desks: messages, settings, calendar, journal, statistics."""
