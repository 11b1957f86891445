"""Races for one application: two officers deciding, two workers stamping, a version arriving while
another is approved; each control without its guard every so often."""

from municipality.people.models import Consultancy
from tests.building_permits import office as o
from tests.building_permits import races
from tests.campaigns.aside import aside

TRIALS = {"small": 9, "full": 600}
RACES = (races.one_officer_decided, races.never_approved_unseen, races.one_worker_stamped)
CONTROLS = (races.both_officers_decide, races.approved_by_kind)
CONTROL_EVERY = 30
_town: list[o.PermitTown] = []


def trial(seed: int, number: int) -> dict[str, int]:
    """Run one round of one race, and a control every so often."""
    race = RACES[number % len(RACES)]
    counts = {f"rounds of {race.__name__}": 1, "controls that went wrong": 0}

    def work() -> None:
        if not Consultancy.objects.exists():
            _town[:] = [o.a_permit_town()]
        race(_town[0])
        if number % CONTROL_EVERY == 0:
            CONTROLS[number // CONTROL_EVERY % len(CONTROLS)](_town[0])
            counts["controls that went wrong"] = 1

    aside(work)
    return counts
