"""Accounts, registering, signing in, roles."""
