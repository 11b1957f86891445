"""The inspector's page, and what makes it an app on the telephone: manifest and service worker."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_safe

from geo_portal.home.page_config import map_config
from geo_portal.home.templatetags.front import BUILT, entry_files
from geo_portal.parking.ticket_views import COUNTRIES
from municipality.clock import database_now
from municipality.conf import PROFILE
from municipality.people.access import ANYONE, open_to
from municipality.people.acting_person import person_of
from parking_zones.violations.queries import offences_on
from parking_zones.zones.queries import city_time


@never_cache
@require_safe
@ensure_csrf_cookie
@open_to("inspector")
def inspect(request: HttpRequest) -> HttpResponse:
    """Show the keys, the place and the answer; the page itself asks the API."""
    offences = [
        {
            "code": one.code, "name_ar": one.name_ar, "name_en": one.name_en,
            "fine_baisa": one.fine_baisa, "basis": one.basis,
        }
        for one in offences_on(city_time(database_now()).date())
    ]  # fmt: skip
    countries = {code: name.as_json() for code, name in COUNTRIES.items()}
    context = {
        "config": map_config(
            request, offences=offences, countries=countries, person=person_of(request).pk
        )
    }
    return render(request, "parking/inspect.html", context)


@require_safe
@open_to(ANYONE)
def service_worker(request: HttpRequest) -> HttpResponse:
    """Give the service worker at the root, so that it may serve every page of ours."""
    script, _, _ = entry_files("sw")
    source = (BUILT / script).read_text("utf-8")
    answer = HttpResponse(source, content_type="text/javascript; charset=utf-8")
    answer["Cache-Control"] = "no-cache"
    answer["Service-Worker-Allowed"] = "/"
    return answer


@require_safe
@open_to(ANYONE)
def manifest(request: HttpRequest) -> JsonResponse:
    """Describe the app: what it is called, where it begins, how it looks on a home screen."""
    return JsonResponse(
        {
            "name": PROFILE.municipality_ar,
            "short_name": PROFILE.name_ar,
            "lang": "ar",
            "dir": "rtl",
            "start_url": "/zone/",
            "scope": "/",
            "display": "standalone",
            "background_color": "#f5f3ee",
            "theme_color": "#0b5a63",
            "icons": [{"src": static("front/mark.svg"), "sizes": "any", "type": "image/svg+xml"}],
            "shortcuts": [
                {"name": "ملاحظة جديدة", "url": "/observations/new/"},
                {"name": "فحص لوحة", "url": "/inspect/"},
                {"name": "تذاكر مواقفي", "url": "/tickets/"},
            ],
        },
        content_type="application/manifest+json",
    )
