"""What the pages of money refuse: days to come, other halls' terminals, unknown words."""

import datetime as dt

import pytest
from django.test import Client

from municipality.asked import today
from municipality.billing.models import DayClose
from tests.billing.builders import a_branch, a_user

pytestmark = pytest.mark.django_db


def signed_in(name: str, *roles: str) -> Client:
    """A browser of someone with these roles."""
    client = Client()
    client.force_login(a_user(name, *(roles or (name,))))
    return client


def test_a_day_to_come_is_not_closed_and_a_day_closed_says_so() -> None:
    supervisor, branch = signed_in("supervisor"), a_branch()
    tomorrow = today() + dt.timedelta(days=1)
    form = {"branch": branch.pk, "day": tomorrow.isoformat()}
    refused = supervisor.post("/en/takings/close-day", form)
    assert refused.status_code == 422 and "has not come yet" in refused.content.decode()
    assert not DayClose.objects.exists()
    assert "/takings/close-day" not in supervisor.get(f"/takings/?day={tomorrow}").content.decode()
    form["day"] = today().isoformat()
    done = supervisor.post("/en/takings/close-day", form, follow=True)
    assert f"Hall: the day {today():%d/%m/%Y} is closed" in done.content.decode()
    again = supervisor.post("/en/takings/close-day", form, follow=True)
    assert "day is closed." in again.content.decode() and 'role="alert"' in again.content.decode()
    assert DayClose.objects.count() == 1
