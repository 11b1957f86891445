"""How far a database session sees: the second wall on money, files and cases (guards.md §1.4).

Row-level security asks three settings of the session: ``geo.reach`` (none, own, staff, system),
``geo.person`` (id) and ``geo.offices`` (ids).  Web sessions begin with none; the middleware of
``people`` sets what the signed-in person may see; commands and workers see everything.  An
action that has checked by itself who may do it works inside ``as_system``.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from typing import ParamSpec, TypeVar, cast

from django.conf import settings
from django.db import connection, transaction

_P = ParamSpec("_P")
_R = TypeVar("_R")

SET = (
    "SELECT set_config('geo.reach', %s, %s), set_config('geo.person', %s, %s), "
    "set_config('geo.offices', %s, %s)"
)


@dataclass(frozen=True, slots=True)
class Viewer:
    """What a session may see: nothing, a person's own rows and those of their offices, or more."""

    reach: str = "none"
    person_id: int | None = None
    offices: tuple[int, ...] = ()


NOBODY = Viewer()
EVERYTHING = Viewer(reach="system")


def _set(viewer: Viewer, *, local: bool) -> None:
    person = "" if viewer.person_id is None else str(viewer.person_id)
    offices = "{" + ",".join(map(str, viewer.offices)) + "}"
    with connection.cursor() as cursor:
        cursor.execute(SET, [viewer.reach, local, person, local, offices, local])


def _here() -> Viewer:
    """Return what this session sees now.

    One that was cut off is dropped first: with the first question the framework would take a new
    one, which sees what every session begins with, while we went on believing the old one.
    """
    connection.close_if_health_check_failed()
    told = getattr(connection, "_geo_viewer", None)
    if told is None or told[0] is not connection.connection:
        return Viewer(reach=settings.GEO_REACH)  # what every session begins with
    return cast(Viewer, told[1])


def look_as(viewer: Viewer) -> None:
    """Let this session see as ``viewer`` until it is told otherwise; asks the database only then.

    Called outside of transactions: a setting made in one would go with its rollback.
    """
    if _here() == viewer:
        return
    _set(viewer, local=False)
    connection._geo_viewer = (connection.connection, viewer)  # type: ignore[attr-defined]


@contextmanager
def as_system() -> Iterator[None]:
    """See everything for the length of a block that has checked who asks.

    Inside another such block, and in a session that sees everything anyway, the database is not
    asked.  What a block inside a transaction sets goes with the transaction's end or rollback.
    """
    held = _here()
    if held.reach == EVERYTHING.reach or getattr(connection, "_geo_wide", False):
        yield
        return
    if not connection.in_atomic_block:
        look_as(EVERYTHING)
        try:
            yield
        finally:
            look_as(held)
        return
    with _wide():
        yield
    if not connection.needs_rollback:
        _widen(held.reach)


@contextmanager
def _wide() -> Iterator[None]:
    """See everything from here to the end of the transaction, or of the savepoint if it fails."""
    _widen(EVERYTHING.reach)
    connection._geo_wide = True  # type: ignore[attr-defined]
    try:
        yield
    finally:
        connection._geo_wide = False  # type: ignore[attr-defined]


def _widen(reach: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('geo.reach', %s, true)", [reach])


def acting(action: Callable[_P, _R]) -> Callable[_P, _R]:
    """Make a function an action: one transaction, all or nothing, that sees every row.

    The function itself checks who may do what; the wall is for questions, not for it.
    """

    @wraps(action)
    def acted(*args: _P.args, **kwargs: _P.kwargs) -> _R:
        # A transaction of its own ends with the action, and what was set in it with it.
        alone = not connection.in_atomic_block and _here().reach != EVERYTHING.reach
        with transaction.atomic(), _wide() if alone else as_system():
            return action(*args, **kwargs)

    return acted
