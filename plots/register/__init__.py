"""Plots with an identity that outlives re-imports, splits, merges and renumbering."""
