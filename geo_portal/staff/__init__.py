"""Pages of the municipality's own people that no single service owns."""
