"""Answers instead of colours: values in, verdicts out; no database, no clock, numpy alone.

distributions.py tails of the normal, t, beta and binomial; discovery.py many tests at once;
neighbours.py who lies next to whom; hot_spots.py Getis and Ord's Gi*; comparison.py two periods;
trends.py a slope over months.  Formulas and worked tables: docs/algorithms/heat-statistics.md.
"""
