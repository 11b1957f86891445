"""Cases: what people ask of the municipality, moved by one function along a table of edges."""
