"""The office's own records.

Journal, trail, messages, settings, calendar,
saved queries and chosen columns.
"""
