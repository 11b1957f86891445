"""Reports of people: where, what, when, by which channel, and how exact the place is."""
