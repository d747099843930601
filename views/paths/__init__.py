"""The audit paths as trees, drafts and checks."""
