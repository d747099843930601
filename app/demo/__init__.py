"""The demo year: fictitious people, units and a review year, made by the product's own verbs.

Nothing here writes a state into a table: whatever the demo shows has passed the same guards as real work.
"""
