"""Things for the tests of cases: a small city with a plot, its officers and a citizen."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from municipality.actor import Actor
from municipality.billing.models import Tariff
from municipality.cases.models import Case
from municipality.conf import PROFILE
from municipality.people.models import User
from municipality.places.models import Directorate
from plots.extracts.actions import Wanted, request_extract
from plots.models import Plot
from plots.register.queries import plot_on
from tests import builders as b

MORNING = dt.datetime(2026, 11, 22, 9, 0, tzinfo=PROFILE.time_zone)  # a Sunday


@dataclass
class Town:
    """A plot that can be asked about, and who asks and answers."""

    plot: Plot
    citizen: User
    registrar: User
    directorate: Directorate


def a_town(*, price: int = 2000) -> Town:
    """A plot in a wilayat of one directorate, with office hours and a price."""
    wilayat = b.a_wilayat()
    area = b.an_area(wilayat)
    directorate = b.a_directorate(wilayat)
    b.the_weekends()
    b.the_office_hours()
    Tariff.objects.create(
        kind="plot_extract",
        zone_code="",
        valid=b.ALWAYS,
        amount_baisa=price,
        source="تجربة / trial",
    )
    plot = b.a_plot(area=area, wilayat=wilayat)
    citizen = b.a_person("citizen")
    citizen.phone, citizen.first_name = "+96892123456", "سالم"
    citizen.save()
    return Town(plot, citizen, b.a_person("registrar"), directorate)


def acting(person: User, role: str = "") -> Actor:
    """The person as who acts."""
    return Actor(person.pk, person.full_name, role or person.roles[0])


def an_extract(town: Town, *, at: dt.datetime = MORNING, **values: Any) -> Case:
    """A request for an extract, submitted."""
    plot = plot_on(plot_id=town.plot.pk, on=at.date())
    assert plot is not None
    person = values.pop("person", town.citizen)
    return request_extract(
        plot=plot, person=person, wanted=Wanted(key=values.pop("key", "")), at=at,
        by=acting(person, "citizen"), **values,
    )  # fmt: skip
