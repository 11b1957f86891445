"""Keys of partners: another organisation's software asks within its grants, and no further.

A key is ``geo_<prefix>_<secret>``: the prefix finds the row, of the secret (192 bits) only a
digest is kept, and the whole is shown once.
"""

import datetime as dt
import re
import secrets
from dataclasses import dataclass

from django.db import connection, transaction
from django.http import HttpRequest

from municipality.actor import Actor
from municipality.city_time import city_day
from municipality.history.actions import record
from municipality.people.macs import mac, same
from municipality.people.models import PartnerKey
from municipality.problems import Problem
from municipality.words import Text

FORM = re.compile(r"geo_([a-z2-9]{10})_([A-Za-z0-9_-]{32})")
LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"
GRANTS = {  # what a key may be for; the addresses ask for them by name
    "building_permit_check": Text("فحص المخططات", "Checks of site plans"),
    "open311": Text("بلاغات Open311", "Open311 reports"),
    "parking_rights": Text("حقوق وقوف مركبة في منطقة", "Rights of a vehicle in a parking zone"),
    "plots": Text("بيانات القطع", "Attributes of plots"),
    "webhooks": Text("التنبيهات الخارجة", "Webhooks out"),
}
BAD_KEY = Text(
    "مفتاح الشريك غير معروف أو انتهت صلاحيته.", "The partner key is unknown or has ended."
)
TOO_MANY = Text(
    "طلبات كثيرة بهذا المفتاح. أعد المحاولة بعد دقيقة.",
    "Too many requests with this key. Try again in a minute.",
)
NOTED_EVERY = dt.timedelta(minutes=1)
COUNT = """
INSERT INTO people_usage (key, began, count) VALUES (%s, %s, 1)
ON CONFLICT (key, began) DO UPDATE SET count = people_usage.count + 1 RETURNING count
"""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A key to be made: for whom, what for, from which to which day (both included)."""

    name: str
    grants: tuple[str, ...]
    first: dt.date
    last: dt.date
    per_minute: int = 60


@transaction.atomic
def issue(wanted: Wanted, *, by: Actor, at: dt.datetime) -> str:
    """Make a key; returns it whole, for the only time."""
    prefix = "".join(secrets.choice(LETTERS) for _ in range(10))
    secret = secrets.token_urlsafe(24)
    made = PartnerKey.objects.create(
        prefix=prefix, mac=mac("partner_key", prefix, secret), name=wanted.name,
        grants=sorted(set(wanted.grants)), per_minute=wanted.per_minute, made_at=at,
        valid=(wanted.first, wanted.last + dt.timedelta(days=1)),
    )  # fmt: skip
    facts = {"name": made.name, "grants": made.grants, "until": str(wanted.last)}
    record(stream=f"partner_key/{made.pk}", act="partner_key.issued", by=by, at=at, facts=facts)
    return f"geo_{prefix}_{secret}"


@transaction.atomic
def revoke(prefix: str, *, by: Actor, at: dt.datetime) -> None:
    """End a key at once; nothing happens to one that has ended."""
    for found in PartnerKey.objects.select_for_update().filter(prefix=prefix, revoked_at=None):
        found.revoked_at = at
        found.save(update_fields=["revoked_at"])
        record(stream=f"partner_key/{found.pk}", act="partner_key.revoked", by=by, at=at)


def _count(held: PartnerKey, at: dt.datetime) -> None:
    began = at.replace(second=0, microsecond=0)
    with connection.cursor() as cursor:
        cursor.execute(COUNT, [f"partner:{held.prefix}", began])
        if cursor.fetchone()[0] > held.per_minute:
            raise Problem(429, "too_many", TOO_MANY)


def _find(key: str, at: dt.datetime) -> PartnerKey | None:
    told = FORM.fullmatch(key)
    if told is None:
        return None
    on = city_day(at)
    held = PartnerKey.objects.filter(prefix=told[1], revoked_at=None, valid__contains=on)
    found = held.first()  # unique
    if found is None or not same(found.mac, mac("partner_key", told[1], told[2])):
        return None
    return found


def bearer(request: HttpRequest) -> str:
    """Return the key that a request carries; empty for none.

    Where a standard puts the key among the parameters (Open311's ``api_key``), its views say so
    by ``key_as_parameter``; the header goes first.
    """
    kind, _, key = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() == "bearer":
        return key.strip()
    return str(getattr(request, "key_as_parameter", ""))


def partner_of(request: HttpRequest, *, at: dt.datetime) -> PartnerKey:
    """Return the partner that asks, and count it; raises Problem 401 for a bad key, 429."""
    held = _find(bearer(request), at)
    if held is None:
        raise Problem(401, "bad_key", BAD_KEY)
    _count(held, at)
    if held.last_used_at is None or at - held.last_used_at > NOTED_EVERY:
        PartnerKey.objects.filter(pk=held.pk).update(last_used_at=at)
    return held


def is_granted(request: HttpRequest, grant: str) -> bool:
    """Tell whether the partner of this request holds a grant; always false for others."""
    held = getattr(request, "partner", None)
    return isinstance(held, PartnerKey) and grant in held.grants
