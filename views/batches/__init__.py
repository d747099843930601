"""The yearly batch.

Its dates as the committee's office or an accepting office enters them;
the open ones as an applicant looks for them.
"""
