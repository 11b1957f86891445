"""Things for tests, in field words: plain functions, metres in the city's system."""

import datetime as dt
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry

from municipality import crs
from municipality.billing.models import Tariff
from municipality.calendar.models import OfficeHours, Weekend
from municipality.people.models import User
from municipality.places.models import Area, AreaVersion, Directorate, Wilayat, WilayatVersion
from municipality.stored import geos_of
from parking_zones.models import Offence, PaidHours, TicketTerms, Zone, ZoneVersion
from plots.models import Plot, Theme, ThemeFeature, ThemeLayer

EAST, NORTH = crs.metric_point(*crs.PROFILE.centre).coords[0]  # the middle of the city, metres
ALWAYS = (dt.date(2000, 1, 1), None)
SINCE_2016 = (dt.date(2016, 10, 16), None)


def square(
    x: float = 0.0, y: float = 0.0, side: float = 20.0, height: float | None = None
) -> BaseGeometry:
    """A rectangle whose lower left corner is x, y metres from the middle of the city."""
    return shapely.box(EAST + x, NORTH + y, EAST + x + side, NORTH + y + (height or side))


def multi(shape: BaseGeometry) -> Any:
    """The shape as a stored multipolygon."""
    if shape.geom_type == "Polygon":
        shape = shapely.multipolygons([shape])
    return geos_of(shape)


def a_wilayat(code: str = "seeb", shape: BaseGeometry | None = None, **values: Any) -> Wilayat:
    """A wilayat with one boundary."""
    names = {"name_ar": "السيب", "name_en": "Seeb", **values}
    wilayat = Wilayat.objects.create(code=code, **names)
    WilayatVersion.objects.create(
        wilayat=wilayat,
        valid=ALWAYS,
        source="test",
        boundary=multi(shape or square(-5e3, -5e3, 1e4)),
    )
    return wilayat


def an_area(
    wilayat: Wilayat, code: str = "hail", shape: BaseGeometry | None = None, **values: Any
) -> Area:
    """A housing area with one boundary."""
    names = {"name_ar": "الحيل الشمالية", "name_en": "Al Hail North", **values}
    area = Area.objects.create(code=code, wilayat=wilayat, **names)
    AreaVersion.objects.create(
        area=area, valid=ALWAYS, source="test", boundary=multi(shape or square(-2e3, -2e3, 4e3))
    )
    return area


def a_directorate(wilayat: Wilayat, code: str = "seeb") -> Directorate:
    """The directorate of one wilayat."""
    made = Directorate.objects.create(code=code, name_ar="مديرية السيب", name_en="Seeb directorate")
    made.wilayats.add(wilayat)
    return made


def a_plot(key: str = "k1", shape: BaseGeometry | None = None, **values: Any) -> Plot:
    """A residential plot of 20 × 20 m."""
    facts = {"number": "2417", "use_class": "residential", "valid": ALWAYS, **values}
    plot = Plot.objects.create(register_key=key, boundary=multi(shape or square()), **facts)
    plot.refresh_from_db()
    return plot


def a_zone(number: str = "7", shape: BaseGeometry | None = None, **values: Any) -> Zone:
    """A paid zone of 100 × 100 m with one version."""
    names = {"name_ar": "الخوير", "name_en": "Al Khuwair", "kind": "paid", **values}
    zone = Zone.objects.create(number=number, register_key=f"z{number}", **names)
    a_zone_version(zone, shape=shape)
    return zone


def a_zone_version(
    zone: Zone, *, version: int = 1, valid: Any = SINCE_2016, shape: BaseGeometry | None = None
) -> ZoneVersion:
    """One dated boundary of a zone."""
    return ZoneVersion.objects.create(
        zone=zone,
        version=version,
        valid=valid,
        source="test",
        boundary=multi(shape or square(0, 0, 100)),
    )


def a_tariff(
    amount_baisa: int = 100, valid: Any = ALWAYS, zone_code: str = "", **values: Any
) -> Tariff:
    """A price of parking for half an hour."""
    return Tariff.objects.create(
        kind="parking",
        zone_code=zone_code,
        valid=valid,
        amount_baisa=amount_baisa,
        per_minutes=values.pop("per_minutes", 30),
        source="test",
        **values,
    )


def the_weekends() -> None:
    """Thursday and Friday until 30 April 2013, Friday and Saturday since."""
    change = dt.date(2013, 5, 1)
    Weekend.objects.create(valid=(None, change), weekdays=[4, 5], source="until 2013")
    Weekend.objects.create(valid=(change, None), weekdays=[5, 6], source="since 2013")


def the_office_hours() -> None:
    """07:30-14:30."""
    OfficeHours.objects.create(
        valid=ALWAYS, opens=dt.time(7, 30), closes=dt.time(14, 30), source="test"
    )


def the_paid_hours(zone: Zone | None = None, valid: Any = ALWAYS) -> None:
    """08:00-13:00 and 16:00-21:00."""
    for part, (opens, closes) in enumerate([(8, 13), (16, 21)], start=1):
        PaidHours.objects.create(
            zone=zone,
            valid=valid,
            part=part,
            opens=dt.time(opens),
            closes=dt.time(closes),
            source="test",
        )


def the_ticket_terms(zone: Zone | None = None, valid: Any = ALWAYS, most: int = 300) -> None:
    """Half hours, up to five hours."""
    TicketTerms.objects.create(
        zone=zone, valid=valid, step_minutes=30, least_minutes=30, most_minutes=most, source="test"
    )


def an_offence(code: str = "no_ticket", fine_baisa: int = 10_000, **values: Any) -> Offence:
    """Something that may be fined: standing without ticket or permit, ten rials."""
    facts = {"name_ar": "دون تذكرة", "name_en": "No ticket", "basis": "unpaid", "valid": ALWAYS}
    return Offence.objects.create(
        code=code, fine_baisa=fine_baisa, source="test", **{**facts, **values}
    )


def a_theme_layer(
    code: str = "wadi", shapes: list[BaseGeometry] | None = None, **values: Any
) -> ThemeLayer:
    """The data of a planning theme."""
    theme, _ = Theme.objects.get_or_create(code=code, defaults={"name_ar": code, "name_en": code})
    layer = ThemeLayer.objects.create(
        theme=theme,
        valid=values.pop("valid", ALWAYS),
        source="test",
        as_of=dt.date(2020, 1, 1),
        **values,
    )
    for shape in shapes or []:
        ThemeFeature.objects.create(layer=layer, shape=geos_of(shape))
    return layer


def a_person(name: str, *roles: str) -> User:
    """Someone who can sign in with the password ``demo``."""
    return User.objects.create_user(username=name, password="demo", roles=list(roles or (name,)))
