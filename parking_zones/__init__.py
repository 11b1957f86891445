"""Places where parking costs money."""
