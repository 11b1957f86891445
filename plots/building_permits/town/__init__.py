"""A whole town at once: footprints in chunks, checked by many processes, the verdicts kept."""
