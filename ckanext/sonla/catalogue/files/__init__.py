"""Annexes as files: CSV and XLSX become rows of text, hostile ones are refused."""
