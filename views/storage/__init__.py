"""Files and papers on the page.

Attachments, previews, and the row policy before each of them;
papers made of records, as PDF.
"""
