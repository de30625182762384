"""What was published before: each revision's page, its files, and what changed."""
