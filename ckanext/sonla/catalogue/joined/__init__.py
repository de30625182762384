"""A shared entry: one dataset a provider, one table over all of them."""
