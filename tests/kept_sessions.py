"""Database sessions kept for the threads of a live server, of which each serves one socket.

A new session loads PostGIS and reads the catalogue anew, more processor than most answers cost,
and a page with a map asks sixty times.  What a request leaves in a session (settings, locks,
temporary tables, an open transaction) goes when it is given back, as it would with the session.
"""

import threading
from collections import deque
from contextlib import suppress
from typing import Any

import psycopg2
from django.contrib.gis.db.backends.postgis.base import DatabaseWrapper
from django.db.backends.postgresql.psycopg_any import IsolationLevel

SERVING = "process_request_thread"  # what socketserver runs in a thread of its own
MOST = 8  # a browser asks six things at once
# DISCARD ALL without the prepared statements, which municipality.prepared keeps by session.
AS_NEW = """
CLOSE ALL; SET SESSION AUTHORIZATION DEFAULT; RESET ALL; UNLISTEN *;
SELECT pg_advisory_unlock_all(); DISCARD TEMP; DISCARD SEQUENCES
"""

_open = DatabaseWrapper.get_new_connection
_close = DatabaseWrapper._close
_kept: deque[tuple[dict[str, Any], Any]] = deque()


def _is_serving() -> bool:
    return SERVING in threading.current_thread().name


def _made_new(session: Any) -> bool:
    """Bring a session into the state of a new one; False where its server has ended it."""
    try:
        session.rollback()
        session.autocommit = True  # neither kind of DISCARD stands in a transaction
        with session.cursor() as cursor:
            cursor.execute(AS_NEW)
        session.autocommit = False
    except psycopg2.Error:
        session.close()
        return False
    return True


def _lend(self: DatabaseWrapper, params: dict[str, Any]) -> Any:
    """Open a session, or take one that was kept."""
    with suppress(IndexError):
        while _is_serving():
            of, session = _kept.popleft()
            if of == params and _made_new(session):
                self.isolation_level = IsolationLevel.READ_COMMITTED
                return session
            session.close()
    return _open(self, params)


def _keep(self: DatabaseWrapper) -> None:
    """Close a session, or keep it for the next thread."""
    session = self.connection
    if not (_is_serving() and session and len(_kept) < MOST and _made_new(session)):
        _close(self)
        return
    _kept.append((self.get_connection_params(), session))


def drain() -> None:
    """End what is kept: a database with sessions cannot be dropped."""
    while _kept:
        _kept.popleft()[1].close()


def install() -> None:
    """Let the threads of live servers open and close their sessions this way."""
    DatabaseWrapper.get_new_connection = _lend
    DatabaseWrapper._close = _keep
