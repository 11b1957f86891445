"""The pages of the portal: thin views that hand a map island what it needs and no more."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from geo_portal.home.page_config import attribution, map_config
from municipality.people.access import ANYONE, open_to

LAYERS = ["wilayats", "areas", "roads", "buildings", "plots", "parking_zones", "wadi"]


@require_safe
@open_to(ANYONE)
def plot_map(request: HttpRequest) -> HttpResponse:
    """Show the map on which a citizen chooses a plot."""
    context = {"config": map_config(request, layers=LAYERS), "attribution": attribution()}
    return render(request, "plot_map.html", context)


@require_safe
@open_to(ANYONE)
def zone(request: HttpRequest) -> HttpResponse:
    """Show the inspector's page: which parking zone is this place in?"""
    context = {"config": map_config(request, layers=LAYERS), "attribution": attribution()}
    return render(request, "zone.html", context)


@require_safe
@open_to(ANYONE)
def heat(request: HttpRequest) -> HttpResponse:
    """Show the planner's heatmap; who asks decides between whole months and exact days."""
    config = map_config(
        request,
        layers=LAYERS,
        heat_class="exact",
        categories=[{"code": "cleaning", "name_ar": "نظافة عامة", "name_en": "Public cleaning"}],
        statuses=[{"code": "open", "name_ar": "مفتوح", "name_en": "Open"}],
        wilayats=[{"id": 1, "name_ar": "السيب", "name_en": "Seeb"}],
        period={"from": "2016-01-01", "to": "2017-01-01"},
        cell_m=800,
    )
    context = {"config": config, "attribution": attribution()}
    return render(request, "heat.html", context)


@require_safe
@open_to(ANYONE)
def parts(request: HttpRequest) -> HttpResponse:
    """Show the parts of the interface in all their states."""
    return render(request, "parts.html", {"attribution": attribution()})
