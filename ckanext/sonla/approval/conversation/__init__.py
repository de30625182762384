"""Directions and answers on a revision, the places they point at, and the mails."""
