"""Reads of building permits that several callers share."""

import datetime as dt

from django.db.models import Q

from municipality.cases.models import Case
from municipality.stored import shape_of
from plots.building_permits.models import PermitApplication, SiteVersion, Work
from plots.building_permits.sites.parts import Part, Role
from plots.register.limits import MeasuredPlot, measured_plots
from plots.register.models import Building


def application_of(case: Case) -> PermitApplication:
    """Return what a case of a building permit asks for, with its plots."""
    rows = PermitApplication.objects.select_related("permit__site", "consultancy")
    return rows.prefetch_related("plots").get(case=case)


def latest_site(application: PermitApplication) -> SiteVersion | None:
    """Return the latest version of an application's site plan; none where none is drawn."""
    return application.versions.order_by("-number").first()


def nothing_to_demolish(application: PermitApplication) -> bool:
    """Tell whether a demolition is asked for where the register knows no building."""
    if application.work != Work.DEMOLITION:
        return False
    plots = [row.plot for row in application.plots.select_related("plot")]
    stands = Q(plot__in=plots)
    for plot in plots:
        stands |= Q(footprint__intersects=plot.boundary)
    return not Building.objects.filter(stands).exists()


def submitted_sites(application: PermitApplication) -> list[SiteVersion]:
    """Return the versions that were handed in, the latest first."""
    return list(application.versions.exclude(submitted_at=None).order_by("-number"))


def parts_of_site(site: SiteVersion) -> list[Part]:
    """Return the parts of a version as the rules read them."""
    return [
        Part(Role(row.role), shape_of(row.shape), row.floors, row.height_m, row.use)
        for row in site.parts.order_by("position")
    ]


def plots_of(application: PermitApplication, *, on: dt.date) -> list[MeasuredPlot]:
    """Return the plots of an application as they are on a day; fewer where one is gone."""
    ids = [row.plot_id for row in sorted(application.plots.all(), key=lambda row: row.pk)]
    return measured_plots(ids, on=on)
