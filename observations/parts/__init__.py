"""Parts of a report: what several departments do about one observation, each on its own list."""
