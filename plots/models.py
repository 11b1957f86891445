"""Only imports the tables, so that Django finds them."""

from plots.extracts.models import PlotExtract
from plots.register.models import (
    Building,
    Lineage,
    PlanLimit,
    Plot,
    PlotNumber,
    PlotVersion,
    Road,
    Unit,
)
from plots.restrictions.models import Theme, ThemeFeature, ThemeLayer

__all__ = [
    "Building",
    "Lineage",
    "PlanLimit",
    "Plot",
    "PlotExtract",
    "PlotNumber",
    "PlotVersion",
    "Road",
    "Theme",
    "ThemeFeature",
    "ThemeLayer",
    "Unit",
]
