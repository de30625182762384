"""A leader names, for some days, who decides on her behalf."""
