"""Kept files and the pictures of their pages."""
