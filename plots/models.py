"""Only imports the tables, so that Django finds them."""

from plots.building_permits.construction.models import Construction, SiteVisit
from plots.building_permits.models import (
    ApplicationPlot,
    Approval,
    BuildingPermit,
    FootprintFailure,
    FootprintSurvey,
    FootprintVerdict,
    OfficeLayerMap,
    PermitApplication,
    SiteFailure,
    SitePart,
    SiteVersion,
    StampedDrawing,
)
from plots.building_permits.report_models import FrozenReport
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
from plots.register.title_models import Title, TitleMandate, TitleShare
from plots.restrictions.models import Theme, ThemeFeature, ThemeLayer

__all__ = [
    "ApplicationPlot",
    "Approval",
    "Building",
    "BuildingPermit",
    "Construction",
    "FootprintFailure",
    "FootprintSurvey",
    "FootprintVerdict",
    "FrozenReport",
    "Lineage",
    "OfficeLayerMap",
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
    "SiteVisit",
    "StampedDrawing",
    "Theme",
    "ThemeFeature",
    "ThemeLayer",
    "Title",
    "TitleMandate",
    "TitleShare",
    "Unit",
]
