"""Handling: assigned, asked about, proposed, approved; the inside pages for it."""
