"""A leader away is stood in for, by a dated decision; four eyes stay."""
