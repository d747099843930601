"""Accounts: registering, signing in, passwords, the second factor."""
