"""Pages of parking."""
