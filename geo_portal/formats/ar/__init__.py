"""Arabic as the municipality writes it."""
