"""Accounts.

Registering, signing in and out, passwords, the second factor;
what the three administrators may do to an account.
"""
