"""A province at full size: hundreds of thousands of invented declarations, to be looked at and measured.

`flask --app run volume` and the benchmarks fill a database with the same code. Offices and accounts are made by the
product's verbs; units, people and declarations are written in bulk, past the journal, which says so (`EXEMPT`).
"""

from app.volume.filling import fill

__all__ = ["fill"]
