"""The figures of each page of the statistics. Importing this package enters them."""

from reports.figures.pages import awards, backlog, cockpit, experts, people, progress, ratio, returns, supervision

__all__ = ["awards", "backlog", "cockpit", "experts", "people", "progress", "ratio", "returns", "supervision"]
