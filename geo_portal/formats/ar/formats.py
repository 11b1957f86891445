"""Western digits with a point, as in the municipality's own papers: 17.94 and never 17,94.

Django's Arabic writes a comma, which beside sums in rials reads as thousands.
"""

DECIMAL_SEPARATOR = "."
THOUSAND_SEPARATOR = ","
NUMBER_GROUPING = 3
