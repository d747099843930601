"""One case as everybody is told it. The same ladder of words for applicant and offices, who had it how many working
days against the rule, and what was asked item by item."""
