"""The tables of observations, gathered here only so that Django finds them."""

from observations.reports.models import (
    Category,
    Fix,
    Follower,
    Observation,
    Photo,
    Submission,
    Target,
)
from observations.reports.public import PublicReport

__all__ = [
    "Category",
    "Fix",
    "Follower",
    "Observation",
    "Photo",
    "PublicReport",
    "Submission",
    "Target",
]
