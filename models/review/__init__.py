"""The review.

Plan, draw, session with members, scores and opinions,
the sealed ballot.
"""
