"""Requests for data outside the catalogue (article 7.2)."""
