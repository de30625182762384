"""Harvesting: agencies' own systems feed the portal (article 8.4)."""
