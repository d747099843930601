"""The applicant's screens and the desks between unit and committee.

Filling a declaration from the declared form; unit, superior, HRSS and re-check desks on one record page;
comparison with the paper, quota, looking for declarations.
"""
