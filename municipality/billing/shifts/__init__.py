"""Shifts of the cashiers: open with a float, take, count, close, hand over; close the day."""
