"""Declarations.

The declaration with sections, route and corrections, its files,
comparisons, places of a quota.
"""
