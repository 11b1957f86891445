"""A database session of one's own, beside the one a request or a job works in."""

import psycopg2
from django.db import connection
from psycopg2 import extensions

NOT_OURS = {"cursor_factory", "context"}  # Django wraps its own; a plain session has none


def own_session() -> extensions.connection:
    """Open a plain session to the same database; every statement commits by itself."""
    params = connection.get_connection_params()
    plain = {name: value for name, value in params.items() if name not in NOT_OURS}
    session: extensions.connection = psycopg2.connect(**plain)
    session.set_isolation_level(extensions.ISOLATION_LEVEL_AUTOCOMMIT)
    return session
