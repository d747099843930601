"""Plan, draw, session, ballot."""
