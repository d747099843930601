"""Accounts.

Their stays and delays,
and the rule of the three administrators in the database.
"""
