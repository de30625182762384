"""The rules of an entry's tables: written by form, tried, versioned, weighed."""
