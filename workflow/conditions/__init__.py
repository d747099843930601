"""What a title asks of a person, as data (申报条件).

Each alternative is a row of the office; the atoms of a row must all hold, one row is enough. Judged on three values at
the evidence cut-off of a batch and never at today, and told with need, have, field, clause and the day it is met.
"""
