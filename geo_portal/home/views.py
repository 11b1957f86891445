"""The pages of the portal: thin views that hand a map island what it needs and no more."""

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from geo_portal.home.heat_choices import heat_choices
from geo_portal.home.page_config import attribution, map_config
from geo_portal.home.search import search as find
from municipality.asked import today
from municipality.people.access import ANYONE, open_to, wants_json


def _map_page(request: HttpRequest, template: str, **extra: Any) -> HttpResponse:
    context = {"config": map_config(request, **extra), "attribution": attribution()}
    return render(request, template, context)


@require_safe
@open_to(ANYONE)
def plot_map(request: HttpRequest) -> HttpResponse:
    """Show the map on which a citizen chooses a plot."""
    return _map_page(request, "plot_map.html")


@require_safe
@open_to(ANYONE)
def zone(request: HttpRequest) -> HttpResponse:
    """Show the inspector's page: which parking zone is this place in?"""
    return _map_page(request, "zone.html")


@require_safe
@open_to(ANYONE)
def heat(request: HttpRequest) -> HttpResponse:
    """Show the planner's heatmap; who asks decides between whole months and exact days."""
    return _map_page(request, "heat.html", **heat_choices(request))


@require_safe
@open_to(ANYONE)
def search(request: HttpRequest) -> HttpResponse:
    """Find plots and places by any number or name: JSON for the search box, a page without it."""
    query = request.GET.get("q", "")
    found = find(query, on=today())
    if wants_json(request):
        return JsonResponse(
            {"count": found.count, "more": found.more, "results": found.results},
            json_dumps_params={"ensure_ascii": False},
        )
    return render(request, "search.html", {"query": query[:100], "found": found})


@require_safe
@open_to(ANYONE)
def parts(request: HttpRequest) -> HttpResponse:
    """Show the parts of the interface in all their states."""
    return render(request, "parts.html")
