"""Erasing personal data by a recorded decision, wherever a copy of it lies."""
