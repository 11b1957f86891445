"""What every page knows: the city, the language, whether the data are a demo."""

from django.conf import settings
from django.http import HttpRequest

from municipality.conf import PROFILE
from municipality.words import Text, in_arabic


def other_language_path(path: str) -> str:
    """Return the same address in the other language."""
    if path == "/en" or path.startswith("/en/"):
        return path[3:] or "/"
    return f"/en{path}"


def city(request: HttpRequest) -> dict[str, object]:
    """Give templates the city's names, the direction of writing and the other language's address."""
    arabic = in_arabic()
    return {
        "city_name": Text(PROFILE.name_ar, PROFILE.name_en),
        "municipality": Text(PROFILE.municipality_ar, PROFILE.municipality_en),
        "lang": "ar" if arabic else "en",
        "dir": "rtl" if arabic else "ltr",
        "is_demo": settings.GEO_DEMO,
        "other_language": other_language_path(request.get_full_path()),
    }
