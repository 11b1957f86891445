"""The tables of observations, gathered here only so that Django finds them."""

from observations.alerts.models import AreaAlert
from observations.forwarding.models import Forwarding
from observations.parts.models import Part
from observations.replies.models import Reply
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
from observations.rounds.models import Stop
from observations.routing.models import Body, Responsibility, Routed
from observations.saved_views.models import SavedView

__all__ = [
    "AreaAlert",
    "Body",
    "Category",
    "Fix",
    "Follower",
    "Forwarding",
    "Observation",
    "Part",
    "Photo",
    "PublicReport",
    "Reply",
    "Responsibility",
    "Routed",
    "SavedView",
    "Stop",
    "Submission",
    "Target",
]
