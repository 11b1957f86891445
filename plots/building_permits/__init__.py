"""Building permits (إباحة البناء): the drawing of a consultancy office, checked on the plot.

An engineering consultancy office registers the transaction; registration section, architectural
and structural auditors and the approver decide; owner and office hear of every move.  Law: Local
Order 23/92 (building regulation for Muscat).
"""
