"""Everybody's first page and the office's own desks.

Workbench, messages, search, lists as each likes them; settings and the calendar of working days;
the journal, the demo's clock.
"""
