"""The review from plan to result: draw, session, scoring, secret ballot."""
