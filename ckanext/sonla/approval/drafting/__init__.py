"""A draft: opened without a copy, and what its officer may change in it."""
