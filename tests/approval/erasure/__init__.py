"""Erasure of personal data by a recorded decision."""
