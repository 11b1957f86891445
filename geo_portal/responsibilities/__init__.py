"""The page of responsibilities: who answers where, gaps and overlaps, what waits for an answer."""
