"""The pages of what is owed: an agency's, everybody's list, the operator's matrix."""
