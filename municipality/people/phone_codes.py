"""One-time codes by SMS: six digits, ten minutes, five tries, once, for the session that asked.

The limits are of the whole city (guards.md threat 6) and stand in the database, so that every
process counts together; where it cannot be asked nothing is sent.  Nothing here looks at whether
a number belongs to anybody, but for the daily budget: numbers that have proved themselves before
have their own, so that a flood of strangers does not lock the citizens out.
"""

import datetime as dt
import ipaddress
import secrets
from dataclasses import dataclass

from django.conf import settings
from django.db import connection, transaction

from municipality.digits import western
from municipality.people.macs import mac, same
from municipality.people.models import PhoneCode, User
from municipality.people.told import Told, tell
from municipality.phones import can_be_texted
from municipality.places.demo import is_demo
from municipality.problems import Problem, bad_value
from municipality.words import Text

DIGITS = 6
LIFE = dt.timedelta(minutes=10)
TRIES = 5
DEMO_CODE = "000000"
TEMPLATE = "people.code"
PER_NUMBER = (  # five an hour of five tries each: 25 guesses an hour at most
    (dt.timedelta(minutes=15), 3),
    (dt.timedelta(hours=1), 5),
    (dt.timedelta(days=1), 10),
)
PER_NEIGHBOURHOOD, PER_BLOCK = 30, 30  # an hour, of a /24 and of a thousand numbers
KNOWN_TIMES = 20  # numbers that have proved themselves have this many times the daily budget
HOUR, DAY = 3_600, 86_400

TOO_MANY_CODES = Text(
    "لا نرسل رمزًا آخر الآن. انتظر ربع ساعة ثم أعد المحاولة.",
    "No further code is sent for now. Wait a quarter of an hour, then try again.",
)
NOT_A_MOBILE = Text(
    "اكتب رقم نقال عُماني من 8 أرقام؛ لا نرسل الرموز إلى غيره.",
    "Enter an Omani mobile number of 8 digits; codes are sent to no other.",
)

TAKE = """
INSERT INTO people_usage AS held (key, began, count) VALUES (%(key)s, %(began)s, 1)
ON CONFLICT (key, began) DO UPDATE SET count = held.count + 1 WHERE held.count < %(most)s
RETURNING count
"""


@dataclass(frozen=True, slots=True)
class Asking:
    """Which number, for what, from which session (its nonce) and address, in which language."""

    phone: str  # E.164
    purpose: str
    nonce: str
    address: str
    language: str = "ar"


def _neighbourhood(address: str) -> str:
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    prefix = 24 if found.version == 4 else 56
    return str(ipaddress.ip_network(f"{found}/{prefix}", strict=False))


def _take(key: str, most: int, seconds: int, at: dt.datetime) -> None:
    """Take one of what a window of some seconds holds; raises Problem 429 when it is empty."""
    began = dt.datetime.fromtimestamp(at.timestamp() // seconds * seconds, tz=dt.UTC)
    with connection.cursor() as cursor:
        cursor.execute(TAKE, {"key": key, "began": began, "most": most})
        if cursor.fetchone() is None:
            raise Problem(429, "too_many_codes", TOO_MANY_CODES)


def _check_number(phone: str, at: dt.datetime) -> None:
    """Hold the number for this transaction and count what it was sent lately."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtext('phone_code'), hashtext(%s))", [phone]
        )
    for span, most in PER_NUMBER:
        if PhoneCode.objects.filter(phone=phone, created_at__gt=at - span).count() >= most:
            raise Problem(429, "too_many_codes", TOO_MANY_CODES)


def _take_budget(phone: str, at: dt.datetime) -> None:
    budget = settings.GEO_OTP_DAILY
    if User.objects.filter(phone=phone).exists():
        _take("otp:known", budget * KNOWN_TIMES, DAY, at)
    else:
        _take("otp:new", budget, DAY, at)


def _bound(nonce: str) -> str:
    return mac("code.bound", nonce)


def _mac(phone: str, purpose: str, nonce: str, code: str) -> str:
    return mac("code", phone, purpose, nonce, code)


def ask(asking: Asking, *, at: dt.datetime) -> None:
    """Send a code; in a demo database nothing is sent and the code is ``000000``.

    Raises Problem 422 for a number to which no codes go, 429 past a limit; the same for
    numbers that are known and that are not.
    """
    if not can_be_texted(asking.phone):
        raise bad_value("phone", NOT_A_MOBILE)
    if is_demo():
        return
    with transaction.atomic():
        _check_number(asking.phone, at)
        _take(f"otp:net:{_neighbourhood(asking.address)}", PER_NEIGHBOURHOOD, HOUR, at)
        _take(f"otp:block:{asking.phone[:-3]}", PER_BLOCK, HOUR, at)
        _take_budget(asking.phone, at)
        code = f"{secrets.randbelow(10**DIGITS):0{DIGITS}d}"
        made = PhoneCode.objects.create(
            phone=asking.phone,
            purpose=asking.purpose,
            bound_to=_bound(asking.nonce),
            mac=_mac(asking.phone, asking.purpose, asking.nonce, code),
            created_at=at,
            expires_at=at + LIFE,
        )
        values, key = {"code": code}, f"people.code/{made.pk}"
        tell(Told(TEMPLATE, asking.phone, asking.language, values, key), at=at)


def prove(*, phone: str, purpose: str, nonce: str, code: str, at: dt.datetime) -> bool:
    """Tell whether a code is the one sent to this number for this purpose and session.

    Counts the try whatever comes of it; a right code is spent, and with it every other code of
    the number for this purpose.  Call it outside of a transaction: a rollback would give the
    try back.
    """
    typed = western(code).strip().replace(" ", "")
    if is_demo():
        return typed == DEMO_CODE
    with transaction.atomic():
        open_codes = PhoneCode.objects.filter(
            phone=phone, purpose=purpose, bound_to=_bound(nonce), used_at=None, expires_at__gt=at
        )
        newest = open_codes.select_for_update().order_by("-created_at", "-pk").first()
        if newest is None or newest.tries >= TRIES:
            return False
        newest.tries += 1
        newest.save(update_fields=["tries"])
        if not same(newest.mac, _mac(phone, purpose, nonce, typed)):
            return False
        others = PhoneCode.objects.filter(phone=phone, purpose=purpose, used_at=None)
        others.exclude(pk=newest.pk).filter(created_at__lt=at).update(expires_at=at)
        newest.used_at = at
        newest.save(update_fields=["used_at"])
    return True
