"""The page on which people send what they see: photo first, its place found."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_safe

from geo_portal.home.page_config import map_config
from municipality import asked
from municipality.conf import PROFILE
from municipality.people.access import ANYONE, open_to
from municipality.people.acting_person import person_of
from observations.reports.api import chosen_from
from observations.reports.intake import LONGEST_TEXT, MOST_PHOTOS


def _categories() -> list[dict[str, str]]:
    """List what a report may be about today: the page must know it without a connection too."""
    return [
        {"code": one.code, "name_ar": one.name_ar, "name_en": one.name_en}
        for one in chosen_from(on=asked.today())
    ]


@never_cache
@require_safe
@ensure_csrf_cookie
@open_to(ANYONE)
def new_report(request: HttpRequest) -> HttpResponse:
    """Show the page; it asks the API itself.  Whoever is not signed in fills it in and signs in."""
    back = urlencode({"next": request.path})
    context = {
        "contact_phone": PROFILE.contact_phone,
        "most_photos": MOST_PHOTOS,
        "longest_text": LONGEST_TEXT,
        "config": map_config(
            request,
            categories=_categories(),
            person=person_of(request).pk if request.user.is_authenticated else None,
            sign_in=f"{reverse('home:sign_in')}?{back}",
            most_photos=MOST_PHOTOS,
            longest_text=LONGEST_TEXT,
        ),
    }
    return render(request, "reporting/new.html", context)
