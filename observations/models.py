"""Only imports the tables, so that Django finds them."""

from observations.reports.models import Category, Observation

__all__ = ["Category", "Observation"]
