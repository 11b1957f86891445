"""The portal's own role on the test database: what production really connects as."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from unittest import mock

import psycopg2
from django.db import connection

from geo_portal.settings.environment import database, database_url


def _settings() -> dict[str, object]:
    with mock.patch.dict(os.environ, {"GEO_DB_ROLE": ""}):
        return database(database_url())


@contextmanager
def application_role(name: str = "") -> Iterator["psycopg2.extensions.connection"]:
    """Open a plain session of the portal's role, which begins by seeing nothing."""
    told = _settings()
    session = psycopg2.connect(
        dbname=name or connection.settings_dict["NAME"], user=told["USER"],
        password=told["PASSWORD"], host=told["HOST"], port=told["PORT"] or None,
        options=told["OPTIONS"]["options"],  # type: ignore[index]
    )  # fmt: skip
    session.autocommit = True
    try:
        yield session
    finally:
        session.close()


@contextmanager
def as_application() -> Iterator[None]:
    """Let Django itself work as the portal's role, as the web process does.

    For tests with ``transaction=True`` only: the connection is closed and opened anew.
    """
    told, held = _settings(), dict(connection.settings_dict)
    connection.close()
    connection.settings_dict.update({key: told[key] for key in ("USER", "PASSWORD")})
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict.update({key: held[key] for key in ("USER", "PASSWORD")})
