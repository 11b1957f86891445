"""Screens and addresses of building permits: office, registration, audit, approval, register."""
