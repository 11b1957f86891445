"""Zones, hours and prices in the form of the Curb Data Specification (CDS Curbs 1.0.1)."""
