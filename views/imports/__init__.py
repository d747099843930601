"""Import of tables, one set of pages for every kind."""
