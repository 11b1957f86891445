"""Long runs on random cases: each trial follows from its seed and its number alone."""
