"""Pages of parking permits: apply, my permits, one permit, its desk, and the sheet of a zone."""
