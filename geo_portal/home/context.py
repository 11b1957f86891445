"""What every page knows: the city, the language, whether the data are a demo."""

from django.http import HttpRequest

from geo_portal.home.desks import desks_of
from municipality.conf import PROFILE
from municipality.people.access import roles_of
from municipality.people.roles import ROLES
from municipality.places.demo import is_demo
from municipality.words import Text, in_arabic


def other_language_path(path: str) -> str:
    """Return the same address in the other language."""
    if path == "/en" or path.startswith("/en/"):
        return path[3:] or "/"
    return f"/en{path}"


def _account_name(request: HttpRequest) -> str:
    """Name who is signed in by the first role's name, else by the account's own name."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return ""
    names = [str(role.name) for role in ROLES if role.code in user.roles]
    return names[0] if names else user.get_username()


def city(request: HttpRequest) -> dict[str, object]:
    """Give templates the city's names, the direction of writing, the other language's address."""
    arabic = in_arabic()
    roles = roles_of(request) if hasattr(request, "user") else frozenset()
    return {
        "city_name": Text(PROFILE.name_ar, PROFILE.name_en),
        "municipality": Text(PROFILE.municipality_ar, PROFILE.municipality_en),
        "municipality_other": Text(PROFILE.municipality_en, PROFILE.municipality_ar),
        "lang": "ar" if arabic else "en",
        "dir": "rtl" if arabic else "ltr",
        "is_demo": is_demo(),
        "other_language": other_language_path(request.get_full_path()),
        "roles": roles,
        "desks": desks_of(roles),
        "account_name": _account_name(request),
    }
