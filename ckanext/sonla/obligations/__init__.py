"""What is due, by when, and whether it came in time (article 8.4)."""
