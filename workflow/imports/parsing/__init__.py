"""What runs in the child process of `workflow.imports.reading`.

It knows files, nothing of the office, nothing of the rest:
.xlsx as an archive, .xls as a file system, .csv as text.
"""
