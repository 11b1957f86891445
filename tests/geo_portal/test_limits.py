"""Bulk harvest: limits that all processes count together, with their control."""

import datetime as dt

import pytest
from django.test import Client

from municipality.people.limits import PLOT_ATTRIBUTES, forget
from tests.builders import a_person, a_plot

pytestmark = pytest.mark.django_db


def answers(client: Client, times: int, **extra: str) -> list[int]:
    path = f"/api/plots/{a_plot().pk}"
    return [client.get(path, **extra).status_code for _ in range(times)]


def test_eleventh_plot_of_a_minute_is_429_with_retry_after(
    client, settings, time_machine_at
) -> None:
    settings.GEO_LIMITS = True
    found = answers(client, 11)
    assert found == [200] * 10 + [429]


def test_control_without_limits_nothing_is_refused(client, time_machine_at) -> None:
    assert answers(client, 11) == [200] * 11


def test_a_spoofed_header_changes_nothing(client, settings, time_machine_at) -> None:
    settings.GEO_LIMITS = True
    path = f"/api/plots/{a_plot().pk}"
    found = [
        client.get(path, headers={"X-Forwarded-For": f"10.0.0.{n}"}).status_code for n in range(11)
    ]
    assert found[-1] == 429


def test_neighbours_share_ten_times_the_limit(client, settings, time_machine_at) -> None:
    settings.GEO_LIMITS = True
    path = f"/api/plots/{a_plot().pk}"
    found = [
        client.get(path, REMOTE_ADDR=f"192.0.2.{n}").status_code
        for n in range(1, 26)
        for _ in range(5)
    ]
    assert found[:100] == [200] * 100 and set(found[100:]) == {429}


def test_someone_signed_in_is_not_counted(client, settings, time_machine_at) -> None:
    settings.GEO_LIMITS = True
    client.force_login(a_person("registrar"))
    assert answers(client, 15) == [200] * 15


def test_old_counts_are_forgotten(client, settings, time_machine_at) -> None:
    settings.GEO_LIMITS = True
    answers(client, 1)
    after = dt.datetime(2031, 1, 1, tzinfo=dt.UTC)
    assert forget(before=after) == 2 * len(PLOT_ATTRIBUTES)


@pytest.fixture
def time_machine_at():
    """Stand in the middle of a minute, so that a window does not end under the test."""
    import time_machine

    with time_machine.travel(dt.datetime(2026, 11, 24, 9, 0, 5, tzinfo=dt.UTC), tick=False):
        yield
