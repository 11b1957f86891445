"""The ground register and what stands on it."""
