"""10,000 requests for codes from 500 addresses to 2,000 neighbouring numbers in four minutes."""

import logging
from unittest import mock

import time_machine
from django.conf import settings
from django.utils import timezone

from municipality.people import jobs, phone_codes
from municipality.people.models import CodeAlarm, PhoneCode
from tests.people.pump import Campaign

TRIALS = {"small": 1, "full": 5}


def trial(seed: int, number: int) -> dict[str, int]:
    """Pump; raises AssertionError for more than the budget, one abroad, or no alarm."""
    logging.getLogger("municipality.people.codes").setLevel(logging.CRITICAL)
    sent: list[str] = []
    at = timezone.now()
    with mock.patch.object(phone_codes, "tell", lambda told, at: sent.append(told.phone)):
        found = Campaign(seed=seed * 1_000 + number).run(at=at)
    assert found.sent == len(sent) <= settings.GEO_OTP_DAILY, found.sent
    assert found.foreign_sent == 0 and all(phone.startswith("+9689") for phone in sent)
    for phone in set(sent):
        assert PhoneCode.objects.filter(phone=phone).count() <= 3
    with time_machine.travel(at):  # however long the trial itself has taken
        jobs.watch_codes()
    assert CodeAlarm.objects.exists()
    return {"requests": found.requests, "sent": found.sent, "alarms": CodeAlarm.objects.count()}
