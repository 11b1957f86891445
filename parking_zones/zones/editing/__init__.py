"""Editing the zones of one kind as a coverage: what is shared moves together."""
