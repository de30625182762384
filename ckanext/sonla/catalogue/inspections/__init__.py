"""Inspections of agencies: day, findings, the agency's reply (article 5.1)."""
