"""The figures of each page of the statistics. Importing this package enters them."""

from reports.figures.pages import cockpit

__all__ = ["cockpit"]
