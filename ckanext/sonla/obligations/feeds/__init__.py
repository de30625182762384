"""A calendar of an agency's deadlines that calendar programs subscribe to."""
