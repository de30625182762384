"""What is checked before a revision is submitted."""
