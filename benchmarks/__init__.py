"""Measurements: each bench prints one table of ratios against a floor measured in the same run."""
