"""What the records of each subject are at its dimensions, told a second time from the records themselves."""

from tests.reports.figures.plain import awards, office, review
from tests.reports.figures.plain.told import PLAIN

__all__ = ["PLAIN", "awards", "office", "review"]
