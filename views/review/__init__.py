"""The review.

Plan, draw hall, session, interviews, scoring and booth of the experts;
result and its posting.
"""
