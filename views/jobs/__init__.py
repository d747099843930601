"""Long work on the page."""
