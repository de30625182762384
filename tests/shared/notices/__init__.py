"""Notices as people want them, by every channel, and none twice."""
