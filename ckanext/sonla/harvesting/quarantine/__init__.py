"""Rows that broke a rule: handed back as a workbook, and taken in again corrected."""
