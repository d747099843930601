"""The pages of the statistics: figures with their charts, tables, files and the way to their rows."""
