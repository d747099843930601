"""The figures of the province. Each is declared once: name, definition, clause, what is counted, by what, for whom.

One primitive carries all of them: `Source.count`, how many rows of a subject stand at each combination of some
dimensions. Rates, medians, sums and comparisons follow from counts; the rows behind a number follow from the same
dimensions (`Subject.clause`), so that count, list and file cannot differ.
"""
