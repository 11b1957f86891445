"""The machine interface: one API of all apps' routers, with one form of refusal."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError
from ninja.openapi.schema import OpenAPISchema

from geo_portal.casework.api import extracts_router
from geo_portal.casework.api import router as cases_router
from geo_portal.home.heat_views_api import router as heat_views_router
from geo_portal.home.here_api import router as here_router
from geo_portal.home.problems import told
from geo_portal.home.search_document import SEARCH_PATH
from geo_portal.parking.inspection_api import router as inspection_router
from geo_portal.parking.tickets_api import router as my_tickets_router
from geo_portal.parking_permits.api import router as parking_permits_router
from geo_portal.permits.api import router as applications_router
from geo_portal.permits.drawing_api import maps_router as layer_maps_router
from geo_portal.permits.drawing_api import router as drawings_router
from geo_portal.permits.works_api import router as works_router
from geo_portal.reporting.api import router as reporting_router
from municipality.billing.api import router as payments_router
from municipality.conf import PROFILE
from municipality.people.api import delegations_router, partner_router
from municipality.people.api import router as session_router
from municipality.problems import FieldProblem, Problem
from municipality.words import Text
from observations.reports.api import heat_router, observations_router
from observations.reports.statistics_api import statistics_router
from parking_zones.tickets.api import router as tickets_router
from parking_zones.zones.api import router as parking_router
from parking_zones.zones.editing.api import router as zone_edits_router
from plots.building_permits.api import router as permits_router
from plots.register.api import router as plots_router

DESCRIPTION = f"""Addresses, units and errors are the same in every city.

- **Times** (`at`, `as_of`, `…_at`, `…_until`) go out in UTC with `Z` (RFC 3339); any offset is
  taken in, and a time without one is the city's own ({PROFILE.time_zone.key}).
- **Days** (`on`, `from`, `to`, `valid_from`) are days of the city; a span ends before `to`.
- **Places** are longitude, latitude of WGS 84; `_m`, `_m2`, `_pct`, `_baisa` name the unit.
- **Errors** are problem documents (RFC 9457); `Accept-Language` chooses the language of `detail`,
  Arabic unless it asks for English first.
"""


class CityAPI(NinjaAPI):
    """The API, with the one page that machines read as well in its description."""

    def get_openapi_schema(self, **options: Any) -> OpenAPISchema:
        """Describe every address."""
        document = super().get_openapi_schema(**options)
        document["paths"]["/search/"] = SEARCH_PATH
        return document


api = CityAPI(
    title=f"{PROFILE.municipality_en}: spatial services",
    version="1",
    description=DESCRIPTION,
    urls_namespace="api",
    docs_url="docs",
    openapi_url="openapi.json",
)


@api.exception_handler(Problem)
def _problem(request: HttpRequest, error: Problem) -> HttpResponse:
    return told(request, error)


@api.exception_handler(ValidationError)
def _invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    found = [
        FieldProblem(
            "/".join(str(part) for part in row["loc"][1:]),
            Text("قيمة غير مقبولة.", str(row["msg"])),
        )
        for row in error.errors
    ]
    names = "، ".join(row.pointer for row in found), ", ".join(row.pointer for row in found)
    detail = Text(f"قيم غير مقبولة: {names[0]}.", f"Unacceptable values: {names[1]}.")
    return told(request, Problem(422, "bad_value", detail, found))


@api.exception_handler(HttpError)
def _http(request: HttpRequest, error: HttpError) -> HttpResponse:
    detail = Text("تعذر فهم الطلب.", str(error))
    return told(request, Problem(error.status_code, "bad_request", detail))


# Addresses are tried in this order, and a map of the heat asks for its tiles by the dozen.
api.add_router("/heat", heat_router)
api.add_router("/heat", statistics_router)
api.add_router("/heat", heat_views_router)
api.add_router("/session", session_router)
api.add_router("/partner", partner_router)
api.add_router("/delegations", delegations_router)
api.add_router("/plots", here_router)
api.add_router("/plots", plots_router)
api.add_router("/plots", extracts_router)
api.add_router("/building-permits", permits_router)
api.add_router("/building-permits/applications", applications_router)
api.add_router("/building-permits/applications", drawings_router)
api.add_router("/building-permits/layer-maps", layer_maps_router)
api.add_router("/building-permits/works", works_router)
api.add_router("/cases", cases_router)
api.add_router("/parking", parking_router)
api.add_router("/parking", tickets_router)
api.add_router("/parking", my_tickets_router)
api.add_router("/parking", inspection_router)
api.add_router("/parking/zone-edits", zone_edits_router)
api.add_router("/parking", parking_permits_router)
api.add_router("/observations", observations_router)
api.add_router("/observations", reporting_router)
api.add_router("/payments", payments_router)
