"""Committees and what they may review.

The two trees with series and regions, committees,
experts.
"""
