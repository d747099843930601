"""Long work on the page.

One's own jobs, how far they are,
and what they left to be fetched.
"""
