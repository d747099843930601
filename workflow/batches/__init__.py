"""The yearly batch: all its dates, proposed backwards, checked against each other, and what they mean for each desk."""
