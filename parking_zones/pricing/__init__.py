"""Paid hours and the tariff in force: pure functions over dated tables."""
