"""Long work.

What was asked, by whom,
and how it ended.
"""
