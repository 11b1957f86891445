"""Tickets: the right to stand in a paid zone for some minutes (تذكرة موقف)."""
