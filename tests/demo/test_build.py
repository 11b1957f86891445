"""``build_demo_city`` and ``load_city_facts`` on a database."""

import datetime as dt
import hashlib
from io import StringIO

import pytest
from django.core.checks import run_checks
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import F, Q
from django.utils import timezone

from geo_portal.demo import LIMITS_SOURCE
from geo_portal.demo.reports import LAST_DAY
from geo_portal.home.checks import refuse_demo_in_production
from municipality.billing.tariffs.models import Tariff, TariffKind
from municipality.billing.tariffs.queries import price_on
from municipality.calendar.models import Holiday, Ramadan
from municipality.documents.models import Picture
from municipality.people.models import User
from municipality.places.demo import is_demo
from municipality.places.models import Directorate
from observations.reports.models import Category, Observation, Photo, Submission
from observations.reports.photos import released_photos
from observations.reports.public import public_reports
from plots.register.models import Building, Plot

PLOTS, OBSERVATIONS = 1_500, 5_000
TABLES = {  # what a person or a program sees, without ids that a sequence gives
    "plots_plot": "register_key, boundary, number, old_number, valid, setback_front_m, use_class",
    "plots_building": "register_key, footprint, floors",
    "plots_road": "register_key, name_ar, centre_line",
    "parking_zones_bay": "register_key, shape, kind, stalls",
    "observations_observation": "public_id, point, reported_at, status, channel, accuracy_m",
    "people_user": "username, password, roles, date_joined, phone, civil_number",
    "people_consultancy": "public_id, name_ar, licence_number, licence_valid, is_pilot",
    "places_areaversion": "boundary",
    "maps_heatrelease": "month, n, released_at",
}


def build(**options: object) -> str:
    out = StringIO()
    sizes = {"plots": PLOTS, "observations": OBSERVATIONS} | options
    call_command("build_demo_city", stdout=out, **sizes)
    return out.getvalue()


def fingerprint() -> dict[str, str]:
    found = {}
    with connection.cursor() as cursor:
        for table, columns in TABLES.items():
            own = f"WHERE reported_on <= '{LAST_DAY}'" if "observation" in table else ""
            cursor.execute(f"SELECT {columns} FROM {table} {own} ORDER BY 1")  # people's are of now
            found[table] = hashlib.sha256(repr(cursor.fetchall()).encode()).hexdigest()
    return found


def empty_again() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "TRUNCATE places_area, places_wilayat, places_directorate, plots_plot, plots_road, "
            "plots_theme, parking_zones_zone, parking_zones_bay, observations_observation, people_user, "
            "people_consultancy, people_citysetting, "
            "places_stamp, maps_heatrelease CASCADE"
        )


@pytest.mark.django_db(transaction=True)
def test_the_same_seed_gives_the_same_bytes_and_another_day_changes_nothing(time_machine) -> None:
    build()
    first = fingerprint()
    empty_again()
    time_machine.move_to(dt.datetime(2031, 2, 3, tzinfo=dt.UTC))
    build()
    assert fingerprint() == first


@pytest.fixture
def time_machine():
    import time_machine as machine

    class Mover:
        traveller = None

        def move_to(self, when: dt.datetime) -> None:
            self.traveller = machine.travel(when, tick=True)
            self.traveller.start()

    mover = Mover()
    yield mover
    if mover.traveller:
        mover.traveller.stop()


@pytest.mark.django_db
def test_register_has_the_gaps_of_the_real_one() -> None:
    build(plots=6_000, observations=10)
    plots = Plot.objects.filter(valid__upper_inf=True)
    four = ("setback_front_m", "setback_side_m", "setback_rear_m", "coverage_pct")
    complete = plots.exclude(*(Q(**{f"{name}__isnull": True}) for name in four[:1]))
    for name in four[1:]:
        complete = complete.exclude(**{f"{name}__isnull": True})
    assert 0.27 < complete.count() / 6_000 < 0.34
    assert 0.32 < plots.filter(registered_area_m2__isnull=False).count() / 6_000 < 0.39
    assert not plots.filter(
        use_class__in=("tourist", "government", "agricultural"), setback_front_m__isnull=False
    ).exists()
    assert plots.exclude(limits_source__in=("", LIMITS_SOURCE)).count() == 0
    assert plots.filter(registered_area_m2__gt=F("measured_m2") * 1.01).exists()
    assert 0.6 < Building.objects.values("plot").distinct().count() / 6_000 < 0.8


@pytest.mark.django_db
def test_a_database_that_holds_anything_else_is_refused_with_a_sentence() -> None:
    User.objects.create(username="someone")
    with pytest.raises(CommandError, match="empty database only") as refusal:
        build()
    assert refusal.value.returncode == 1
    assert not Plot.objects.exists() and not is_demo()


@pytest.mark.django_db
def test_a_demo_that_is_there_is_refused_or_left_in_silence() -> None:
    build(plots=100, observations=10)
    with pytest.raises(CommandError, match="here already"):
        build()
    assert build(if_empty=True) == ""
    assert Plot.objects.filter(valid__upper_inf=True).count() == 100


@pytest.mark.django_db
def test_production_refuses_a_demo_database(settings) -> None:
    settings.GEO_REFUSE_DEMO = True
    refuse_demo_in_production()
    build(plots=100, observations=10)
    with pytest.raises(ImproperlyConfigured, match="known passwords"):
        refuse_demo_in_production()
    assert [error.id for error in run_checks(databases=["default"])] == ["geo.E001"]


@pytest.mark.django_db
def test_facts_are_loaded_once_and_never_over_what_the_municipality_entered() -> None:
    Holiday.objects.create(
        code="eid_al_fitr",
        name_ar="عيد الفطر",
        name_en="Eid al-Fitr",
        valid=(dt.date(2026, 3, 21), dt.date(2026, 3, 25)),
        source="إعلان",
    )
    call_command("load_city_facts", verbosity=0)
    kept = Holiday.objects.filter(
        code="eid_al_fitr", valid__overlap=(dt.date(2026, 1, 1), dt.date(2027, 1, 1))
    )
    assert [row.source for row in kept] == ["إعلان"]
    counts = [table.objects.count() for table in (Holiday, Ramadan, Tariff, Category, Directorate)]
    call_command("load_city_facts", verbosity=0)
    assert counts == [
        table.objects.count() for table in (Holiday, Ramadan, Tariff, Category, Directorate)
    ]


@pytest.mark.django_db
def test_prices_and_moved_holidays_are_those_of_the_day() -> None:
    call_command("load_city_facts", verbosity=0)

    def price(day: dt.date) -> int:
        return price_on(kind=TariffKind.PARKING, zone_code="", day=day).amount_baisa

    assert price(dt.date(2011, 6, 1)) == price(dt.date(2016, 8, 2)) == 50
    assert price(dt.date(2016, 8, 3)) == price(dt.date(2026, 10, 31)) == 100

    def national_day(year: int) -> list[tuple[dt.date, dt.date]]:
        rows = Holiday.objects.filter(
            code="national_day", valid__overlap=(dt.date(year, 1, 1), dt.date(year + 1, 1, 1))
        )
        return [(row.valid.lower, row.valid.upper) for row in rows]

    assert national_day(2024) == [(dt.date(2024, 11, 18), dt.date(2024, 11, 20))]
    assert national_day(2025) == [(dt.date(2025, 11, 26), dt.date(2025, 11, 28))]
    assert national_day(2026) == [(dt.date(2026, 11, 20), dt.date(2026, 11, 22))]
    assert not Holiday.objects.filter(code="renaissance_day", valid__contains=dt.date(2020, 7, 23))
    assert Holiday.objects.filter(code="renaissance_day", valid__contains=dt.date(2019, 7, 23))
    assert not Holiday.objects.filter(code="accession_day", valid__contains=dt.date(2020, 1, 11))
    assert Category.objects.count() == 25


@pytest.mark.django_db
def test_reports_of_people_stand_at_every_desk_and_are_among_those_asked_for() -> None:
    build(plots=300, observations=600)
    assert Observation.objects.count() == 600
    states = set(Submission.objects.values_list("case__state", flat=True))
    assert {
        "received", "assigned", "in_progress", "planned", "awaiting", "resolved", "closed",
        "not_ours",
    } <= states  # fmt: skip
    assert Photo.objects.count() == 5
    seen = public_reports(timezone.now())
    assert seen.count() == 4 and len({report.state for report in seen}) == 4
    photos = released_photos([report.pk for report in seen], at=timezone.now())
    assert len(photos) == 2
    shown = Photo.objects.filter(shown=Photo.Shown.SHOWN).values("file")
    pictures = Picture.objects.filter(file__in=shown, ended_at=None)
    assert pictures.count() == 4 and all(one.hidden for one in pictures)
