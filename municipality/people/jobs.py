"""What the worker does for people again and again: the alarm of pumped codes, and tidying."""

import datetime as dt
import logging

from django.utils import timezone

from municipality.people import limits, locks
from municipality.people.models import CodeAlarm, PhoneCode, SignIn, WebSession

LOG = logging.getLogger("municipality.people.codes")
WATCHED = dt.timedelta(minutes=5)
AT_LEAST = 20  # codes in the span; fewer say nothing
USED_PCT = 20  # people use nine of ten codes they ask for; a pump uses none
PUMPED = "phone codes: %s sent in %s minutes, %s used: somebody pumps messages"
KEPT = {"codes": dt.timedelta(days=2), "counts": dt.timedelta(days=2)}
LONGEST_SESSION = dt.timedelta(days=14)


def watch_codes() -> None:
    """Raise the alarm when the share of codes that are used collapses (guards.md threat 6)."""
    at = timezone.now()
    sent = PhoneCode.objects.filter(created_at__gt=at - WATCHED)
    total, used = sent.count(), sent.filter(used_at__isnull=False).count()
    if total < AT_LEAST or used * 100 >= total * USED_PCT:
        return
    LOG.error(PUMPED, total, int(WATCHED.total_seconds()) // 60, used)
    span = int(WATCHED.total_seconds())
    began = dt.datetime.fromtimestamp(int(at.timestamp()) // span * span, tz=dt.UTC)
    CodeAlarm.objects.update_or_create(began_at=began, defaults={"sent": total, "used": used})


def tidy() -> None:
    """Drop spent codes, counts of past windows and sessions that are over."""
    at = timezone.now()
    PhoneCode.objects.filter(created_at__lt=at - KEPT["codes"]).delete()
    limits.forget(before=at - KEPT["counts"])
    locks.forget(before=at - KEPT["counts"])
    SignIn.objects.filter(began_at__lt=at - LONGEST_SESSION).delete()
    WebSession.objects.filter(expire_date__lt=at).delete()
