"""Rounds of review: each agency confirms or amends its part (articles 7.1, 7.3)."""
