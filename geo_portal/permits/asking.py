"""Whose application is asked for, and in which part: the rights are those of its case."""

import datetime as dt
from dataclasses import dataclass

from django.http import HttpRequest

from geo_portal.casework.asking import case_of, writer_of
from municipality.actor import Actor
from municipality.cases.rights import Side
from municipality.people.access import not_found
from municipality.people.acting_person import actor_of, office_ids, person_of
from municipality.people.models import User
from plots.building_permits.construction.models import Construction
from plots.building_permits.construction.opening import KIND as WORKS_KIND
from plots.building_permits.construction.surveys import construction_of
from plots.building_permits.models import PermitApplication
from plots.building_permits.queries import application_of


@dataclass(frozen=True, slots=True)
class Asked:
    """An application, who asks for it, and on which side of it they stand."""

    application: PermitApplication
    person: User
    by: Actor
    side: Side

    @property
    def case_id(self) -> int:
        """The id of its case."""
        return self.application.case_id


def application_asked(request: HttpRequest, public_id: str, *, at: dt.datetime) -> Asked:
    """Return the application of a case that is theirs to see; raises Problem 404."""
    case = case_of(request, public_id, at=at)
    if case.kind != "building_permit":
        raise not_found()
    by, side = writer_of(request, case, at=at)
    return Asked(application_of(case), person_of(request), by, side)


@dataclass(frozen=True, slots=True)
class WorksAsked:
    """The works under a permit, who asks for them, and on which side of them they stand."""

    works: Construction
    by: Actor
    side: Side

    @property
    def case_id(self) -> int:
        """The id of their case."""
        return self.works.case_id


def works_asked(request: HttpRequest, public_id: str, *, at: dt.datetime) -> WorksAsked:
    """Return the works of a case that is theirs to see; raises Problem 404."""
    case = case_of(request, public_id, at=at)
    if case.kind != WORKS_KIND:
        raise not_found()
    by, side = writer_of(request, case, at=at)
    return WorksAsked(construction_of(case), by, side)


def office_of(request: HttpRequest, *, on: dt.date) -> tuple[int, Actor]:
    """Return the office that files, and its member as who acts; raises Problem 404 for others."""
    person = person_of(request)
    offices = office_ids(person, on=on)
    if not offices:
        raise not_found()
    return offices[0], actor_of(request, "office")
