"""Only imports the tables, so that Django finds them."""

from plots.building_permits.models import (
    ApplicationPlot,
    Approval,
    BuildingPermit,
    FootprintFailure,
    FootprintSurvey,
    FootprintVerdict,
    PermitApplication,
    SiteFailure,
    SitePart,
    SiteVersion,
    StampedDrawing,
)
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
    "ApplicationPlot",
    "Approval",
    "Building",
    "BuildingPermit",
    "FootprintFailure",
    "FootprintSurvey",
    "FootprintVerdict",
    "Lineage",
    "PermitApplication",
    "PlanLimit",
    "Plot",
    "PlotExtract",
    "PlotNumber",
    "PlotVersion",
    "Road",
    "SiteFailure",
    "SitePart",
    "SiteVersion",
    "StampedDrawing",
    "Theme",
    "ThemeFeature",
    "ThemeLayer",
    "Unit",
]
