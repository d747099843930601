"""Accounts, their stays, the rule of the three administrators."""
