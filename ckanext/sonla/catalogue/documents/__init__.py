"""Drafts of an edition's papers as Word documents: submission, decision, annex."""
