"""Open311 GeoReport v2: our reports for others' software, and other cities' reports for us."""
