"""A table update says what it is: all of it, one period, more rows, or by key."""
