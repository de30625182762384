"""The catalogue changes by editions, each by a decision."""
