"""The yearly batch and the open ones."""
