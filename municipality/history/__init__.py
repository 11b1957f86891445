"""Append-only history of the city: one hash chain a stream, a stream a case, bill or person."""
