"""The applicant's screens and the desks between unit and committee."""
