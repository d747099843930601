"""The review from plan to result.

Plan, draw (ZC-DRAW/1), session stage by stage, interviews, scoring, opinions;
the secret ballot with its sealing and recount, ranking, result.
"""
