"""The trees, committees, experts."""
