"""One-time correction lists (一次性告知). Points picked on the form, what they unlock, answers, and the difference."""
