"""Comparing what is published with its digests: what was changed behind our back."""
