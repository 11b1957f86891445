"""Where sessions are kept: each beside the person it is of, so that one question brings both.

Django's ``SESSION_ENGINE``.  Every request of somebody signed in begins with it, so it is a
prepared statement, and it stands for the check whether the database's session still lives.
"""

import json
from functools import lru_cache
from typing import Any, cast

from django.conf import settings
from django.contrib import auth
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.db import SessionStore as TableStore
from django.db import DatabaseError, InterfaceError, connection
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.functional import SimpleLazyObject

from municipality.people.models import User, WebSession
from municipality.prepared import Prepared

FIELDS = [field.attname for field in User._meta.concrete_fields]
COLUMNS = ", ".join(f"p.{field.column}" for field in User._meta.concrete_fields)
SQL = """
SELECT s.session_data, {columns} FROM people_websession s
LEFT JOIN people_user p ON p.id = s.person_id
WHERE s.session_key = %(key)s AND s.expire_date > %(at)s
""".replace("{columns}", COLUMNS)
HELD = Prepared("session_and_person", SQL, {"key": "text", "at": "timestamptz"})


def _rows(key: str) -> list[tuple[Any, ...]]:
    """Ask for a session; once more on a new connection where the old one turns out to be dead."""
    values = {"key": key, "at": timezone.now()}
    was_open = connection.connection is not None
    connection.health_check_done = True  # type: ignore[attr-defined]  # this question tells as well
    try:
        return HELD.rows(values)
    except (DatabaseError, InterfaceError):
        if not was_open or connection.in_atomic_block or connection.is_usable():
            raise
    connection.close()
    return HELD.rows(values)


@lru_cache(maxsize=4096)
def _content(kept: str, _key: str) -> str:
    """Return what a stored session holds, as JSON; of a signature that does not hold, nothing.

    The same text signed with the same key says the same: it is proved once, not at every request.
    """
    return json.dumps(SessionStore().decode(kept))


class SessionStore(TableStore):
    """A session in its table; ``person`` is whose it is, once it was loaded."""

    person: User | None = None

    @classmethod
    def get_model_class(cls) -> type[WebSession]:
        """Name the table."""
        return WebSession

    def create_model_instance(self, data: dict[str, Any]) -> WebSession:
        """Make the row that is saved."""
        made = cast(WebSession, super().create_model_instance(data))
        made.person_id = data.get(auth.SESSION_KEY)
        return made

    def load(self) -> dict[str, Any]:
        """Read what was kept; an empty session for a key that is none or is over."""
        rows = _rows(self.session_key or "")
        if not rows:
            self._session_key = None
            return {}
        kept, *person = rows[0]
        self.person = User.from_db("default", FIELDS, person) if person[0] is not None else None
        return cast(dict[str, Any], json.loads(_content(kept, settings.SECRET_KEY)))


def person_of_session(request: HttpRequest) -> User | AnonymousUser:
    """Return who is signed in, by what came with the session; else as the framework finds it.

    The framework's own way asks for the person again; it is left to say no, to look at keys of
    old, and to drop a session that does not hold any more.
    """
    session = request.session
    signed_in = session.get(auth.SESSION_KEY)
    person: User | None = getattr(session, "person", None)
    if (
        person is not None
        and str(person.pk) == signed_in
        and person.is_active
        and session.get(auth.BACKEND_SESSION_KEY) in settings.AUTHENTICATION_BACKENDS
        and constant_time_compare(
            session.get(auth.HASH_SESSION_KEY, ""), person.get_session_auth_hash()
        )
    ):
        return person
    return auth.get_user(request)


class PersonMiddleware(AuthenticationMiddleware):
    """Say who asks, by the one question of the session."""

    def process_request(self, request: HttpRequest) -> None:
        """Let ``request.user`` be found when it is first asked for."""
        super().process_request(request)
        request.user = cast(User, SimpleLazyObject(lambda: person_of_session(request)))
