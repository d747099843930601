"""Files that read themselves (识读). What papers say is read by an optional reader in a job and laid beside what was
typed; it advises, people decide, and without the reader everything else works."""
