"""Journal, trail, settings, messages, saved lists."""
