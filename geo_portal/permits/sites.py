"""A site plan as it is sent: read, checked on the plots of an application, taken into a case."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.http import HttpRequest, JsonResponse

from geo_portal.casework.api import body_of
from municipality import crs, geojson, geometry_gate
from municipality.asked import today
from municipality.cases.actions import CannotMove
from municipality.cases.conversation import NotSaid
from municipality.problems import Problem, bad_value
from municipality.words import Text
from plots.building_permits.api import lines_json
from plots.building_permits.drawings.astray import off_plot
from plots.building_permits.drawings.geojson import parts_of
from plots.building_permits.models import PermitApplication, SiteVersion
from plots.building_permits.queries import plots_of
from plots.building_permits.site_versions import Drawn, check_on_plots
from plots.building_permits.sites.context import NotOneSite, as_one_site

REASONS = Text("الأسباب نصوص قصيرة بأسماء القواعد.", "Reasons are short texts by rule.")


@contextmanager
def taken_into_case() -> Iterator[None]:
    """Answer 409 ``not_now`` for what is not taken into a case at its stage."""
    try:
        yield
    except (NotSaid, CannotMove) as refusal:
        raise Problem(409, "not_now", refusal.words) from None


def _srid(body: dict[str, Any]) -> int:
    return geometry_gate.system(body["crs"]) if "crs" in body else crs.LONLAT


def _reasons(body: dict[str, Any]) -> dict[str, str]:
    told: dict[str, str] = body.get("reasons", {})
    if not all(isinstance(why, str) and "\x00" not in why for why in told.values()):
        raise bad_value("reasons", REASONS)
    return told


def drawn_of(request: HttpRequest) -> Drawn:
    """Read a site plan that is put in: ``crs``, ``site``, ``origin``, ``reasons`` by rule."""
    body = body_of(request, {"crs": str, "site": dict, "reasons": dict, "origin": str})
    origin = SiteVersion.Origin.MAP
    if body.get("origin") in SiteVersion.Origin.values:
        origin = SiteVersion.Origin(body["origin"])
    return Drawn(parts_of(body.get("site"), srid=_srid(body)), origin, _reasons(body))


def sheet_on(request: HttpRequest, application: PermitApplication) -> JsonResponse:
    """Answer the sheet of a drawing on the plots of an application; keeps nothing.

    What this application itself handed in, or was issued, is not in its own way.
    """
    body = body_of(request, {"crs": str, "site": dict})
    srid, on = _srid(body), today()
    parts, plots = parts_of(body.get("site"), srid=srid), plots_of(application, on=on)
    try:
        sheet = check_on_plots(parts, plots, own=application.pk, on=on).sheet
    except NotOneSite as refusal:
        raise bad_value("plot", refusal.why, code="not_one_site") from None
    lines = lines_json(sheet.lines, srid=srid)
    off = off_plot(parts, as_one_site(plots))
    told = None if off is None else str(off)
    return geojson.response({"verdict": sheet.verdict, "off_plot": told, "rules": lines})
