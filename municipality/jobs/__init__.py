"""Work done outside a request, in PostgreSQL."""
