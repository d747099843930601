"""The office's own arrangements.

Working days and the calendar they are counted by, the yearly notice of holidays, the demo's clock;
loading the reference data; saved queries and chosen columns.
"""
