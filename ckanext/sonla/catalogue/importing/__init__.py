"""From the rows of an annex to a preview, and from a confirmed one to the edition."""
