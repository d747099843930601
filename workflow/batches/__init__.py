"""The yearly batch.

All its dates, proposed backwards from the last, checked against each other and the working days;
what they mean for each desk's calendar.
"""
