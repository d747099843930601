"""What may happen: verbs, lifecycles, guards, the unit of work. Knows models, never Flask."""
