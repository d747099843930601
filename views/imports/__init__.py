"""Import of tables.

Template, upload, preview, 提交, 撤销本批:
one set of pages for every kind.
"""
