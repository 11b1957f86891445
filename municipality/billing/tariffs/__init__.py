"""Dated prices: a new decision is a new row, and every question says on which day."""
