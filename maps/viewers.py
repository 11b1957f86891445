"""Who asks for tiles: a screen of a map asks for twenty at once, all for the same session.

Looking a session and its person up costs two queries, as much as a heat tile itself.  So a
process remembers the roles of a session for ten seconds, for tiles only: a session that was
ended or a role that was taken away stops working for pages at once and for tiles within ten
seconds (guards.md threat 18 asks for sixty).
"""

import time

from django.conf import settings
from django.http import HttpRequest

from municipality.people.access import roles_of

KEPT_S = 10.0
_MOST = 1_000
_held: dict[str, tuple[float, frozenset[str]]] = {}


def recent_roles(request: HttpRequest) -> frozenset[str]:
    """Return the roles of who asks, as they are or were at most KEPT_S seconds ago.

    The answer depends on the cookie: whoever uses this sets ``Vary: Cookie``.
    """
    key = request.COOKIES.get(settings.SESSION_COOKIE_NAME)
    if not key or "Authorization" in request.headers:
        return roles_of(request)
    now = time.monotonic()
    held = _held.get(key)
    if held is not None and now - held[0] < KEPT_S:
        return held[1]
    roles = roles_of(request)
    if roles:  # only sessions that are real are remembered
        if len(_held) >= _MOST:
            _held.clear()
        _held[key] = (now, roles)
    return roles
