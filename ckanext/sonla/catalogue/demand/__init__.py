"""Demand beside entries and requests: downloads, searches that found nothing."""
