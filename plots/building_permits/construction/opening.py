"""From a permit to its works: opened when it is issued, carried on when it changes or runs out."""

import datetime as dt

from municipality.actor import SYSTEM
from municipality.cases.actions import NewCase, NewParty, Where, move, open_case
from municipality.cases.models import Case, Party
from municipality.conf import PROFILE
from plots.building_permits.construction.models import Construction
from plots.building_permits.construction.readiness import is_in_force
from plots.building_permits.construction.stages import joined, stages_of
from plots.building_permits.construction.transitions import WORKS
from plots.building_permits.models import BuildingPermit

KIND = "construction"
FOLLOWED = ("role", "name", "person_id", "consultancy_id", "phone", "email", "language")


def works_of(permit: BuildingPermit) -> Construction | None:
    """Return the works that go on under a permit; none where they have ended."""
    rows = Construction.objects.select_related("case", "permit")
    return rows.filter(permit=permit, case__closed_at=None).order_by("-pk").first()


def _parties(case: Case) -> tuple[NewParty, ...]:
    rows = case.parties.filter(role__in=("office", "owner")).order_by("pk")
    return tuple(NewParty(**{name: getattr(row, name) for name in FOLLOWED}) for row in rows)


def open_works(permit: BuildingPermit, case: Case, *, at: dt.datetime) -> Construction:
    """Open the works of a permit just issued, for the parties of its application's case."""
    made = open_case(
        new=NewCase(
            kind=KIND, parties=_parties(case), title=f"متابعة البناء: الإباحة {permit.number}",
            where=Where(
                place=case.place, plot_id=case.plot_id, plot_version=case.plot_version,
                plot_number=case.plot_number, wilayat_id=case.wilayat_id, area_id=case.area_id,
            ),
        ),
        by=SYSTEM, at=at, year=at.astimezone(PROFILE.time_zone).year,
    )  # fmt: skip
    return Construction.objects.create(case=made, permit=permit, stages=list(stages_of(permit)))


def _take_over(works: Construction, case: Case) -> None:
    """Let the parties of a later application stand in the works: a new owner, a new office."""
    Party.objects.filter(case=works.case_id, role__in=("office", "owner")).delete()
    Party.objects.bulk_create(
        Party(case=works.case, **{name: getattr(row, name) for name in FOLLOWED})
        for row in _parties(case)
    )


def carry_on(
    permit: BuildingPermit, *, before: BuildingPermit | None, case: Case, at: dt.datetime
) -> Construction:
    """Open the works of a permit, or let those go on that it renews, changes or replaces.

    ``before`` is the permit whose place it takes, ``case`` the application that was just issued.
    """
    works = works_of(before if before is not None else permit)
    if works is None:
        return open_works(permit, case, at=at)
    if works.permit_id != permit.pk:
        works.permit = permit
        works.stages = joined(works.stages, stages_of(permit))
        works.save(update_fields=["permit", "stages"])
    _take_over(works, case)
    resume(works, at=at)
    return works


def resume(works: Construction, *, at: dt.datetime) -> None:
    """Let halted works go on where they stood, under a permit that is in force again."""
    works.case.refresh_from_db(fields=["state"])
    if works.case.state == "paused" and is_in_force(works.permit, at=at):
        move(case_id=works.case_id, edge="resume", by=SYSTEM, at=at)


def pause_works(*, at: dt.datetime) -> int:
    """Halt the works whose permit has run out; returns how many."""
    over = Construction.objects.filter(
        permit__state=BuildingPermit.State.EXPIRED, case__state__in=WORKS
    )
    ids = list(over.order_by("pk").values_list("case_id", flat=True))
    for case_id in ids:
        move(case_id=case_id, edge="pause", by=SYSTEM, at=at)
    return len(ids)
