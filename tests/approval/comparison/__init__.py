"""What a revision changes, for whoever decides on it."""
