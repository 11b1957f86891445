"""Speed, as ratios within one run against a named floor or peer: ``make bench [ARGS=part]``."""
