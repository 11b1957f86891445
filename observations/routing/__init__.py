"""Whose report is it: dated polygons of responsibility, and where each report was routed."""
