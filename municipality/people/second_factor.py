"""The second factor of staff: an authenticator app (RFC 6238, six digits, 30 seconds).

A code is taken once: the step it belongs to must be later than that of the last code taken, in
one statement, so that two requests with the same code cannot both come in.  Ten recovery codes
stand in for a lost phone, each once.
"""

import base64
import datetime as dt
import secrets

import pyotp
from django.db import transaction

from municipality.digits import western
from municipality.people.macs import derived_key, mac, same
from municipality.people.models import RecoveryCode, SecondFactor, User
from municipality.people.phone_codes import DEMO_CODE
from municipality.places.demo import is_demo

STEP_S = 30
DRIFT = 1  # steps a telephone's clock may be off, either way
RECOVERY_CODES = 10
_LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"  # none that is taken for another


def _totp(factor: SecondFactor) -> pyotp.TOTP:
    key = base64.b32encode(derived_key("second_factor", factor.salt)).decode()
    return pyotp.TOTP(key, interval=STEP_S)


def is_enrolled(person: User) -> bool:
    """Tell whether a person has a second factor that was proved to work."""
    return SecondFactor.objects.filter(person=person, confirmed_at__isnull=False).exists()


def begin_enrolment(person: User, *, at: dt.datetime) -> SecondFactor:
    """Make (or give back) the key that waits to be confirmed; raises ValueError if one is on."""
    if is_enrolled(person):
        raise ValueError("this person has a second factor already")
    return SecondFactor.objects.get_or_create(
        person=person, defaults={"salt": secrets.token_urlsafe(32), "made_at": at}
    )[0]


def secret_of(factor: SecondFactor) -> str:
    """Return the key to type into an app, in Base32; shown at enrolment and never again."""
    return str(_totp(factor).secret)


def address_of(factor: SecondFactor, *, issuer: str) -> str:
    """Return the ``otpauth:`` address that the QR of the enrolment page holds."""
    name = factor.person.get_username()
    return str(_totp(factor).provisioning_uri(name=name, issuer_name=issuer))


def _step(factor: SecondFactor, code: str, at: dt.datetime) -> int | None:
    now = int(at.timestamp()) // STEP_S
    found = None
    for step in range(now - DRIFT, now + DRIFT + 1):
        if same(str(_totp(factor).generate_otp(step)), code):
            found = step
    return found


def _take_step(factor: SecondFactor, code: str, at: dt.datetime) -> bool:
    step = _step(factor, code, at)
    if step is None:
        return False
    newer = SecondFactor.objects.filter(pk=factor.pk, last_step__lt=step)
    return newer.update(last_step=step) == 1


def _recovery_mac(person: User, code: str) -> str:
    return mac("recovery", person.pk, code.upper().replace("-", ""))


@transaction.atomic
def _recovery_codes(person: User) -> list[str]:
    codes = ["".join(secrets.choice(_LETTERS) for _ in range(10)) for _ in range(RECOVERY_CODES)]
    RecoveryCode.objects.filter(person=person).delete()
    RecoveryCode.objects.bulk_create(
        RecoveryCode(person=person, mac=_recovery_mac(person, code)) for code in codes
    )
    return [f"{code[:5]}-{code[5:]}" for code in codes]


def confirm(person: User, *, code: str, at: dt.datetime) -> list[str]:
    """Turn the waiting key on with its first code; returns the recovery codes, empty if wrong."""
    factor = SecondFactor.objects.filter(person=person, confirmed_at=None).first()  # one a person
    if factor is None or not _take_step(factor, western(code).replace(" ", ""), at):
        return []
    SecondFactor.objects.filter(pk=factor.pk).update(confirmed_at=at)
    return _recovery_codes(person)


def check(person: User, *, code: str, at: dt.datetime) -> bool:
    """Tell whether a code of the app, or one of the recovery codes, is right; it is spent then."""
    typed = western(code).strip().replace(" ", "")
    if is_demo():
        return typed == DEMO_CODE
    factor = SecondFactor.objects.filter(person=person, confirmed_at__isnull=False).first()  # one
    if factor is None:
        return False
    if typed.isdecimal():
        return _take_step(factor, typed, at)
    unused = RecoveryCode.objects.filter(mac=_recovery_mac(person, typed), used_at=None)
    return unused.update(used_at=at) == 1


@transaction.atomic
def remove(person: User) -> None:
    """Forget the factor and its recovery codes: the person enrols anew at the next sign-in."""
    RecoveryCode.objects.filter(person=person).delete()
    SecondFactor.objects.filter(person=person).delete()
