"""Standing approval: a leader approves a source once, its runs publish under that."""
