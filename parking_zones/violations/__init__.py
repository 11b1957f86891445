"""Parking violations (مخالفات المواقف): issued with their evidence, paid, disputed, decided.

A violation stands on a check (``parking_zones.inspection``) whose answer is frozen with it: point,
accuracy, version of the zone, tariff, and what the registers said at that second.
"""
