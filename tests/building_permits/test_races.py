"""A few rounds of each race for an application, and its controls; the campaign runs many."""

import pytest

from tests.building_permits import office as o
from tests.building_permits import races

pytestmark = pytest.mark.django_db(transaction=True)


def test_of_two_officers_one_decides_and_without_the_lock_both_do() -> None:
    town = o.a_permit_town()
    for _ in range(3):
        races.one_officer_decided(town)
    races.both_officers_decide(town)


def test_of_two_workers_one_stamps() -> None:
    races.one_worker_stamped(o.a_permit_town())


def test_a_version_that_arrives_meanwhile_is_never_approved_unseen() -> None:
    town = o.a_permit_town()
    for _ in range(3):
        races.never_approved_unseen(town)
    races.approved_by_kind(town)
