"""What the operating office has to do, and its console (articles 5.1, 6.1, 7.1)."""
