"""Demo parking permits: some that hold, are near their end or over, and requests at their stages.

Those that stand in the register are written as earlier records; the requests are made by the
actions that people use.  Their papers are all one page.
"""

import datetime as dt
from dataclasses import dataclass

import numpy as np
import shapely

from geo_portal.demo import SOURCE
from geo_portal.demo.chance import stream
from geo_portal.demo.permits import kept_file, model_page
from municipality.actor import Actor
from municipality.cases.actions import move
from municipality.cases.conversation import Sheet, attach_sheet
from municipality.cases.models import Case
from municipality.city_time import city_day
from municipality.people.models import User
from municipality.stored import geos_of, shape_of
from parking_zones.parking_permits.checks import papers_needed, request_of
from parking_zones.parking_permits.life import permit_number
from parking_zones.parking_permits.models import ParkingPermit, PermitKind, PermitVehicle
from parking_zones.parking_permits.requests import (
    About,
    Company,
    Wanted,
    ask_about,
    ask_for_permit,
    hand_in,
)
from parking_zones.parking_permits.terms import midnight, months_after
from parking_zones.plates import ARABIC, Plate
from parking_zones.zones.bays import bays_in_zone
from parking_zones.zones.book import ZoneOnDay, zone_book
from plots.models import Plot
from plots.register.queries import plot_on

HELD = 120  # permits in the register
OF_PEOPLE = (  # whose, months, days since it began, kind
    ("citizen", 3, 70, PermitKind.ONE_ZONE), ("citizen", 6, 20, PermitKind.ALL_ZONES),
    ("citizen2", 1, 25, PermitKind.ONE_ZONE), ("citizen2", 3, 200, PermitKind.ONE_ZONE),
)  # fmt: skip
NAMES = ("سالم", "مريم", "راشد", "فاطمة", "ناصر", "عائشة", "خالد", "زينب")
HOUSES = ("الحارثي", "البلوشي", "الجابري", "الكندي", "المعمري", "الرواحي")
COMPANY = Company("شركة الواحة للتجارة", "1184427")
LACKS = "صورة ملكية المركبة غير واضحة؛ أرفق صورة أوضح."


@dataclass(frozen=True, slots=True)
class _Cast:
    citizen: User
    registrar: Actor
    page: bytes

    @property
    def applicant(self) -> Actor:
        """The citizen as who acts."""
        return Actor(self.citizen.pk, self.citizen.full_name, "citizen")


def _plates(rng: np.random.Generator, count: int) -> list[str]:
    """Return so many plates, each once."""
    letters, found = sorted(ARABIC), dict[str, None]()
    while len(found) < count:
        code = "".join(rng.choice(letters, int(rng.integers(1, 3))))
        found[Plate(str(rng.integers(1, 99_999)), code).key] = None
    return list(found)


def _permit(
    holder: User | str, plate: str, *, kind: str, zone: ZoneOnDay, began: dt.date, months: int
) -> None:
    """Write a permit with its vehicle as an earlier record."""
    person = holder if isinstance(holder, User) else None
    permit = ParkingPermit.objects.create(
        number=permit_number(began.year), kind=kind, months=months, starts_on=began,
        zone_id=zone.zone_id if kind == PermitKind.ONE_ZONE else None,
        holder_name=person.full_name if person else str(holder),
        person_id=person.pk if person else None,
        civil_number=person.civil_number if person else "",
        phone=(person.phone or "") if person else "", ends_on=months_after(began, months),
        issued_at=midnight(began), source=SOURCE,
    )  # fmt: skip
    PermitVehicle.objects.create(
        permit=permit, plate_key=plate, valid=(midnight(permit.starts_on), midnight(permit.ends_on))
    )


def _register(zones: list[ZoneOnDay], seed: int, *, on: dt.date) -> None:
    rng = stream(seed, "parking permits")
    plates = _plates(rng, HELD + len(OF_PEOPLE))
    for plate, (name, months, days, kind) in zip(plates, OF_PEOPLE, strict=False):
        began = on - dt.timedelta(days=days)
        person = User.objects.get(username=name)
        _permit(person, plate, kind=kind, zone=zones[0], began=began, months=months)
    for plate in plates[len(OF_PEOPLE) :]:
        kind = PermitKind.ALL_ZONES if rng.random() < 0.15 else PermitKind.ONE_ZONE
        _permit(
            f"{rng.choice(NAMES)} {rng.choice(HOUSES)}", plate, kind=kind,
            zone=zones[int(rng.integers(len(zones)))], months=int(rng.integers(1, 13)),
            began=on - dt.timedelta(days=int(rng.integers(0, 300))),
        )  # fmt: skip


def _handed_in(case: Case, cast: _Cast, *, at: dt.datetime) -> Case:
    for code in papers_needed(request_of(case)):
        attach_sheet(
            case_id=case.pk, paper=Sheet(code), file=kept_file(cast.page, f"{code}.pdf", at=at),
            by=cast.applicant, at=at,
        )  # fmt: skip
    return hand_in(case_id=case.pk, by=cast.applicant, at=at)


def _asked(wanted: Wanted, cast: _Cast, *, at: dt.datetime) -> Case:
    return ask_for_permit(wanted=wanted, person=cast.citizen, by=cast.applicant, at=at)


def _requests(zone: ZoneOnDay, cast: _Cast, *, at: dt.datetime) -> int:
    """Ask for a permit of a plot (twice: one comes back), a bay, and a renewal."""
    count = 0
    inside = Plot.objects.filter(boundary__coveredby=geos_of(zone.boundary)).order_by("pk")[:2]
    for days, (plate, plot) in enumerate(zip(("OM-4417-M", "OM-71-R"), inside, strict=False)):
        begun = at - dt.timedelta(days=days, hours=5)
        found = plot_on(plot_id=plot.pk, on=city_day(begun))
        wanted = Wanted(PermitKind.ONE_ZONE, months=3, plate_key=plate, plot=found)
        case = _handed_in(_asked(wanted, cast, at=begun), cast, at=begun)
        count += 1
        if days:
            move(case_id=case.pk, edge="return_registration", by=cast.registrar, text=LACKS,
                 at=begun + dt.timedelta(hours=2))  # fmt: skip
    bays = bays_in_zone(zone.zone_id, on=city_day(at))
    if bays:
        middle = shapely.point_on_surface(shape_of(bays[0].shape))
        wanted = Wanted(
            PermitKind.RESERVED_BAY, months=6, company=COMPANY, bay_place=middle,
            purpose="موقف لزوار المكتب",
        )  # fmt: skip
        _handed_in(_asked(wanted, cast, at=at), cast, at=at)
        count += 1
    near = ParkingPermit.objects.filter(person_id=cast.citizen.pk).order_by("ends_on")[0]
    ask_about(permit_id=near.pk, about=About("renew", months=3), by=cast.applicant, at=at)
    return count + 1


def write_parking_permits(*, seed: int, at: dt.datetime) -> int:
    """Write permits and requests of the days before a moment; returns how many permits."""
    on = city_day(at)
    zones = zone_book().on_day(on)
    if not zones:
        return 0
    _register(zones, seed, on=on)
    officer = User.objects.get(username="registrar")
    cast = _Cast(
        User.objects.get(username="citizen"),
        Actor(officer.pk, officer.full_name, "registrar"),
        model_page(),
    )
    _requests(zones[0], cast, at=at)
    return ParkingPermit.objects.count()
