"""Plan, draw hall, session, interviews, scoring, booth, result."""
