"""Reading feedback: lists, one page each, figures, feeds, files."""
