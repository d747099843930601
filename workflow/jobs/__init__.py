"""Long work that outlives the page it was asked on."""
