"""The yearly batch."""
