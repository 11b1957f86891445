"""Loading of files: every row accounted for."""
