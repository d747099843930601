"""What the province records: one noun per file, no Flask, no commit."""
