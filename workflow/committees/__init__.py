"""Review committees, what they may review and when: the trees, the expert pool."""
