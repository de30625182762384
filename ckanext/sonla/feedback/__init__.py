"""Feedback: anyone asks, an agency answers in public within the days of article 9.2."""
