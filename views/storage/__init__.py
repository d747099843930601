"""Files and papers on the page: attachments, previews, PDF, the record behind a file."""
