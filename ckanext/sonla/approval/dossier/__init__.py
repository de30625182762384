"""The approval dossier of a dataset, for an auditor: gathered, then laid out."""
