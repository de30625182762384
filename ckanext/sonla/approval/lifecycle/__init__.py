"""Retirement, no change, take-down and restore of a published dataset."""
