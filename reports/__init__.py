"""What is shown: sheets, figures, papers. Reads, never writes; does not know workflow."""
