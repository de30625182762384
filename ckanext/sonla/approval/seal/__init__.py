"""The refusals in words: what the database would refuse anyway, said before it does."""
