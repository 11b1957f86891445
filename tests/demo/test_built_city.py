"""What a demo city holds; it is built once for all that only look."""

import datetime as dt
from collections.abc import Iterator

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.models import F
from django.utils import timezone
from pytest_django import DjangoDbBlocker

from geo_portal.demo import SOURCE
from geo_portal.demo.reports import LAST_DAY
from municipality.cases.models import Case
from municipality.people.models import Membership, User
from municipality.people.roles import CODES
from municipality.phones import can_be_texted
from municipality.places.demo import is_demo
from municipality.places.models import Area, AreaVersion, WilayatVersion
from observations.reports.models import Observation, Status
from parking_zones.parking_permits.models import ParkingPermit
from parking_zones.pricing.models import PaidHours
from parking_zones.zones.models import Zone, ZoneVersion
from plots.register.models import Building, Lineage, Plot, PlotVersion, Road
from plots.restrictions.models import Theme, ThemeLayer
from tests.demo.test_build import OBSERVATIONS, PLOTS, build


@pytest.fixture(scope="module")
def demo_city(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    """Build a demo city, commit it, empty the database afterwards; gives what was said."""
    with django_db_blocker.unblock():
        said = build()
    yield said
    with django_db_blocker.unblock():
        call_command("flush", verbosity=0, interactive=False, reset_sequences=False)


@pytest.mark.django_db
def test_the_public_sees_the_heat_of_a_new_demo_city(client, demo_city) -> None:
    body = client.get("/api/heat/cells?cell_m=3200").json()
    assert body["class"] == "public" and body["count"] > 0
    assert OBSERVATIONS // 2 < body["count"] + body["suppressed"] <= OBSERVATIONS
    assert body["updated_at"] == "2026-10-31T20:00:00Z"


@pytest.mark.django_db
def test_demo_city_is_labelled_counted_and_whole(demo_city) -> None:
    assert SOURCE in demo_city
    assert is_demo()
    assert Plot.objects.filter(valid__upper_inf=True).count() == PLOTS
    assert Observation.objects.count() == OBSERVATIONS
    assert WilayatVersion.objects.filter(approximate=True).count() == 6
    assert AreaVersion.objects.filter(approximate=True).count() == Area.objects.count() >= 55
    for table in (Plot, Building, Road, Observation, ZoneVersion, ThemeLayer):
        assert not table.objects.exclude(source=SOURCE).exists(), table
    assert set(User.objects.values_list("username", flat=True)) == {*CODES, "citizen2", "office2"}
    assert User.objects.get(username="planner").check_password("demo")
    offices = Membership.objects.order_by("person__username")
    assert [row.person.username for row in offices] == ["office", "office2"]
    assert all(can_be_texted(phone) for phone in User.objects.values_list("phone", flat=True))


@pytest.mark.django_db
def test_past_of_the_register_can_be_asked(demo_city) -> None:
    gone = Plot.objects.filter(valid__upper_inf=False)
    assert gone.exists()
    for link in Lineage.objects.filter(kind__in=("merge", "split")).select_related("parent"):
        assert link.parent.valid.upper == link.happened_on
        assert link.child.valid.lower == link.happened_on
        assert link.shared_m2 > 100
    assert PlotVersion.objects.filter(plot__version=2).exists()


@pytest.mark.django_db
def test_observations_are_skewed_as_in_2016_and_end_on_the_demos_last_day(demo_city) -> None:
    in_2016 = Observation.objects.filter(reported_on__year=2016)
    assert in_2016.count() == round(OBSERVATIONS * 15_618 / 50_000)
    seeb = in_2016.filter(wilayat__code="seeb").count() / in_2016.count()
    assert seeb == pytest.approx(0.489, abs=0.003)
    old = Observation.objects.filter(reported_on__lt=dt.date(2017, 1, 1))
    assert old.filter(status=Status.CLOSED).count() / old.count() == pytest.approx(0.974, abs=0.01)
    late = Observation.objects.filter(reported_on__gt=LAST_DAY, submission=None)
    assert late.count() == 0  # but those of people, who report in the days before the demo
    assert Observation.objects.filter(reported_on__year=LAST_DAY.year).exists()
    assert Observation.objects.filter(closed_at__lt=F("reported_at")).count() == 0


@pytest.mark.django_db
def test_every_report_lies_in_the_wilayat_it_names(demo_city) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM observations_observation o JOIN places_wilayatversion v "
            "ON v.wilayat_id = o.wilayat_id WHERE NOT ST_Covers(v.boundary, o.point)"
        )
        assert cursor.fetchone()[0] == 0


@pytest.mark.django_db
def test_zones_of_a_day_never_overlap_and_one_has_a_past(demo_city) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM parking_zones_zoneversion a JOIN parking_zones_zoneversion b "
            "ON a.zone_id < b.zone_id AND a.valid && b.valid "
            "AND ST_Area(ST_Intersection(a.boundary, b.boundary)) > 0"
        )
        assert cursor.fetchone()[0] == 0
    khuwair = Zone.objects.get(name_en="Al Khuwair")
    assert khuwair.versions.get(valid__contains=dt.date(2016, 10, 16)).version == 3
    assert khuwair.versions.get(valid__contains=dt.date(2016, 10, 15)).version == 2
    assert PaidHours.objects.filter(zone__name_en="Burj Al Sahwa").count() == 1


@pytest.mark.django_db
def test_utilities_have_no_data_on_purpose(demo_city) -> None:
    assert Theme.objects.filter(code="utilities").exists()
    assert set(ThemeLayer.objects.values_list("theme__code", flat=True)) == {
        "wadi",
        "road_reserve",
        "heritage",
    }


@pytest.mark.django_db
def test_parking_permits_hold_are_near_their_end_or_over_and_requests_wait(demo_city) -> None:
    today = timezone.now().date()
    held = ParkingPermit.objects.filter(ends_on__gt=today).count()
    assert held > 40 and ParkingPermit.objects.filter(ends_on__lte=today).count() > 20
    states = set(Case.objects.filter(kind="parking_permit").values_list("state", flat=True))
    assert states == {"registration", "returned", "zoning", "fee_due"}
