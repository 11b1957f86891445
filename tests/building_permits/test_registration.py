"""The registration clerk's screen, and the plot reports that are frozen at each submission."""

import base64
import datetime as dt
import hashlib
import json
from fractions import Fraction

import pytest
from django.db import connection
from django.test import Client

from municipality.cases.models import Case
from plots.building_permits import reports
from plots.building_permits.actions import Owner
from plots.building_permits.models import Work
from plots.building_permits.queries import application_of, plots_of
from plots.building_permits.registration import ground_of
from plots.models import FrozenReport, ThemeFeature, ThemeLayer, TitleMandate
from tests import builders as b
from tests.building_permits import builders as s
from tests.building_permits import office as o
from tests.cases.builders import MORNING
from tests.plots.titles import a_title

pytestmark = pytest.mark.django_db
ON = MORNING.date()
OWNER = Owner("سالم بن سعيد الحارثي", "+96892123456", "12345678")


def handed_in(town: o.PermitTown, **values) -> Case:
    """An application that waits for the registration section."""
    return o.until(town, o.an_application(town, owner=OWNER, **values), "registration")


def page(town: o.PermitTown, case: Case, role: str = "registrar", query: str = ""):
    """The screen as an officer opens it."""
    client = Client()
    client.force_login(town.officers[role])
    return client.get(f"/en/cases/{case.public_id}/registration/{query}")


def test_the_clerk_sees_plot_owners_mandates_papers_edges_and_may_accept_or_return() -> None:
    town = o.a_permit_town()
    title = a_title(town.plot)
    TitleMandate.objects.create(
        title=title, name="مكتب الواحة", valid=(dt.date(2026, 1, 1), None), source="وكالة 117/2026"
    )
    b.a_plot("k9", b.square(20, 0, 20, 30), number="3042")
    s.a_neighbours_building(b.square(22, 5, 8, 8))
    case = handed_in(town)
    text = page(town, case).content.decode()
    for part in ("3041", "D-1", "1/2", "An owner of the plot", "وكالة 117/2026", "3042", "Front",
                 "20.00", "30.00", "No overlap with a live application", "The data are right",
                 "What is asked of the office?", "Title deed"):  # fmt: skip
        assert part in text, part
    assert "missing" not in text
    assert "•••••678" in text and "12345678" not in text  # held against a paper, read off by nobody


def test_an_owner_who_is_not_on_the_deed_and_a_plot_without_a_deed_are_told_apart() -> None:
    town = o.a_permit_town()
    case = handed_in(town)
    assert "No title on record" in page(town, case).content.decode()
    a_title(town.plot, shares=[("راشد بن علي الجابري", "87654321", 1, 1)])
    text = page(town, case).content.decode()
    assert "Not one of its owners" in text and "No title on record" not in text


def test_the_ministry_is_asked_only_when_the_clerk_asks_and_may_answer_nothing() -> None:
    town = o.a_permit_town()
    a_title(town.plot)
    case = handed_in(town)
    assert "not connected" not in page(town, case).content.decode()
    assert "not connected" in page(town, case, query="?ask=ministry").content.decode()


def test_who_is_not_of_the_registration_section_gets_no_such_page() -> None:
    town = o.a_permit_town()
    case = handed_in(town)
    for role, is_linked in (("registrar", True), ("architect", False)):
        client = Client()
        client.force_login(town.officers[role])
        text = client.get(f"/cases/{case.public_id}/").content.decode()
        assert (f"/cases/{case.public_id}/registration/" in text) is is_linked
    for role in ("architect", "structural"):
        assert page(town, case, role).status_code == 404
    client = Client()
    client.force_login(town.member)
    assert client.get(f"/cases/{case.public_id}/registration/").status_code == 404
    assert Client().get(f"/cases/{case.public_id}/registration/").status_code in (302, 404)


def test_other_live_applications_are_named_with_the_ground_they_share() -> None:
    town = o.a_permit_town()
    first, second = handed_in(town), o.completed(town, o.an_application(town, owner=OWNER))
    o.drawn(town, second, reasons={"overlap": "اتفق المكتبان"})
    o.moved(town, second, "submit")
    draft = o.an_application(town)
    text = page(town, second).content.decode()
    assert first.number in text and draft.number not in text
    application = application_of(second)
    (other,) = ground_of(application, plots_of(application, on=ON), on=ON).others
    assert other.number == first.number and other.has_same_plot
    assert other.on_ground_m2 == pytest.approx(13 * 15, abs=0.1)  # the villa is drawn alike
    assert other.of_building_m2 == pytest.approx(13 * 15, abs=0.1)
    o.moved(town, first, "withdraw")
    assert ground_of(application, plots_of(application, on=ON), on=ON).others == ()


def test_neighbours_share_an_edge_or_a_corner_and_fronts_name_their_road() -> None:
    town = o.a_permit_town()
    b.a_plot("east", b.square(20, 0, 20, 30), number="E")
    b.a_plot("corner", b.square(-20, -20, 20, 20), number="C")
    b.a_plot("far", b.square(60, 0, 20, 30), number="F")
    s.a_neighbours_building(b.square(23, 5, 8, 8))
    application = application_of(handed_in(town))
    ground = ground_of(application, plots_of(application, on=ON), on=ON)
    assert {one.number: round(one.side_m) for one in ground.neighbours} == {"C": 0, "E": 30}
    (building,) = ground.buildings
    assert building.distance_m == pytest.approx(3, abs=0.01)
    fronts = [one for one in ground.edges if one.road is not None]
    assert [round(one.edge.length_m) for one in fronts] == [20]
    assert fronts[0].road is not None and fronts[0].road.width_m == 12
    assert sorted(round(one.edge.length_m) for one in ground.edges) == [20, 20, 30, 30]


def test_a_changed_plot_is_shown_as_it_was_handed_in_and_as_it_is_now() -> None:
    town = o.a_permit_town()
    case = handed_in(town)
    town.plot.version = 2
    town.plot.save(update_fields=["version"])
    text = page(town, case).content.decode()
    assert 'now <bdi class="n">2</bdi>' in text and "</bdi> as handed in" not in text


def test_each_submission_freezes_a_report_that_later_layers_do_not_change() -> None:
    town = o.a_permit_town()
    case = handed_in(town)
    kept = FrozenReport.objects.get()
    told = json.loads(kept.json)
    assert hashlib.sha256(kept.json.encode()).hexdigest() == kept.sha256
    assert {theme["code"] for theme in told["not_concerned_theme"]} == {"wadi", "road_reserve"}
    layer = ThemeLayer.objects.get(theme__code="wadi")
    ThemeFeature.objects.create(layer=layer, shape=b.geos_of(b.square(0, 28, 2)))
    town.plot.number = "9999"
    town.plot.save()
    assert FrozenReport.objects.get().json == kept.json
    o.moved(town, case, "return_registration", "registrar", text="أرفقوا السند")
    o.drawn(town, case)
    o.moved(town, case, "resubmit")
    again = FrozenReport.objects.get(number=2)
    concerned = [theme["code"] for theme in json.loads(again.json)["concerned_theme"]]
    assert concerned == ["land_use", "wadi"] and again.sha256 != kept.sha256
    client = Client()
    client.force_login(town.member)
    address = f"/cases/{case.public_id}/reports/{town.plot.pk}/1.json"
    answer = client.get(address)
    assert answer.content.decode() == kept.json
    digest = base64.b64encode(hashlib.sha256(answer.content).digest()).decode()
    assert answer["Repr-Digest"] == f"sha-256=:{digest}:"
    assert address in client.get(f"/cases/{case.public_id}/").content.decode()
    stranger = Client()
    stranger.force_login(o.an_office("other")[1])
    assert stranger.get(address).status_code == 404
    assert client.get(address.replace("/1.json", "/3.json")).status_code == 404


def test_the_control_a_report_that_is_not_frozen_follows_its_layers(monkeypatch) -> None:
    """Without the row, what the page would say of the submission is what the layers say today."""
    town = o.a_permit_town()
    monkeypatch.setattr(FrozenReport.objects, "bulk_create", lambda rows: None)
    case = handed_in(town)
    assert not FrozenReport.objects.exists()
    before = reports.plot_report(_plot(town), on=ON, at=MORNING)
    layer = ThemeLayer.objects.get(theme__code="wadi")
    ThemeFeature.objects.create(layer=layer, shape=b.geos_of(b.square(0, 0, 10)))
    assert reports.plot_report(_plot(town), on=ON, at=MORNING) != before
    assert case.state == "registration"


def _plot(town: o.PermitTown):
    return reports.plot_on(plot_id=town.plot.pk, on=ON)


def test_the_screen_asks_as_often_for_many_neighbours_as_for_few(
    django_assert_max_num_queries,
) -> None:
    town = o.a_permit_town()
    a_title(town.plot, shares=[(f"مالك {n}", "", 1, 12) for n in range(12)])
    for n in range(12):
        b.a_plot(f"n{n}", b.square(20, 2.5 * n, 20, 2.4), number=f"N{n}")
    case = handed_in(town)
    client = Client()
    client.force_login(town.officers["registrar"])
    address = f"/cases/{case.public_id}/registration/"
    client.get(address)
    with django_assert_max_num_queries(48):
        assert client.get(address).status_code == 200
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM plots_titleshare")
        assert cursor.fetchone()[0] == 12
    assert Fraction(1, 12) * 12 == 1


def test_a_permit_in_force_on_the_ground_is_named_and_one_that_is_changed_is_not(
    monkeypatch,
) -> None:
    from tests.building_permits import works as w

    w.unsigned(monkeypatch)
    town = w.a_works_town()
    works = w.begun(town)
    second = o.an_application(town)
    o.drawn(town, second)

    def held(case):
        application = application_of(case)
        return ground_of(application, plots_of(application, on=ON), on=ON).permits

    (permit,) = held(second)
    assert permit.number == works.permit.number
    assert permit.of_building_m2 == pytest.approx(13 * 15, abs=0.1)
    assert held(o.an_application(town, Work.MODIFICATION, permit=works.permit)) == ()
    o.completed(town, second)
    o.drawn(town, second, reasons={"overlap": "تُلغى الإباحة السابقة"})
    o.moved(town, second, "submit")
    assert permit.number in page(town, second).content.decode()
