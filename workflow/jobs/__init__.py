"""Long work that outlives the page it was asked on.

Asked in a unit of work, done in a process of its own,
told about while it runs.
"""
