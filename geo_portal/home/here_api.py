"""``/api/plots/{id}/here``: what applies at a plot, gathered from all apps."""

from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from ninja import Router

from geo_portal.home.here import what_applies
from municipality import asked
from municipality.openapi import parameters
from municipality.people.access import ANYONE, open_to
from plots.register.api import found_plot

router = Router(tags=["plots"])


@router.get("/{plot_id}/here", summary="What applies at a plot", openapi_extra=parameters("on"))
@open_to(ANYONE)
def here(request: HttpRequest, plot_id: str) -> JsonResponse:
    """Answer plot, places, limits, restrictions, parking and directorate, now or ``on`` a day."""
    asked.only(request, ("on",))
    plot, on = found_plot(plot_id, request)
    return JsonResponse(
        what_applies(plot, on=on, at=timezone.now()), json_dumps_params={"ensure_ascii": False}
    )
