"""The office's own arrangements: working days and their calendar, reference data, saved lists, the demo's clock."""
