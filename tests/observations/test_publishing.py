"""What the public sees of a report: after an officer looked, later, and never where it is."""

import datetime as dt
import math

import pytest
import shapely
from django.contrib.gis.geos import LineString as StoredLine
from django.contrib.gis.geos import MultiLineString
from django.db import connection
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import LineString, Point

from municipality import crs
from municipality.actor import Actor
from municipality.cases.actions import move
from municipality.clock import database_now
from municipality.history.models import Entry
from municipality.people.models import User
from municipality.problems import Problem
from observations.models import Observation, PublicReport, Submission
from observations.reports import actions, publishing
from observations.reports.models import Status
from observations.reports.public import PUBLIC_STATUSES, public_reports
from observations.reports.publishing import DELAY, hide, middle_of_cell, on_piece, show
from plots.register.models import Road
from tests.builders import a_person, a_wilayat, the_office_hours, the_weekends
from tests.observations.builders import (
    AGENT,
    NOON,
    a_category,
    a_report,
    gps,
    pin,
    spot,
    the_agent,
)
from tests.observations.leaks import leaks, tile_at, tile_points
from tests.people.application import application_role

DAY = dt.timedelta(days=1)
LATER = NOON + DAY
FARTHEST_M = 50 * math.sqrt(2)


@pytest.fixture
def city(db) -> None:
    the_weekends()
    the_office_hours()
    a_wilayat()
    the_agent()


def a_road(*ends: tuple[float, float], key: str = "r1") -> Road:
    line = StoredLine([spot(*end).coords[0] for end in ends])
    return Road.objects.create(
        register_key=key,
        road_class="minor",
        centre_line=MultiLineString(line, srid=crs.METRIC),
    )


def shown(*told, at: dt.datetime = NOON, **values) -> Submission:
    made = a_report(*told, at=at, **values)
    return show(case_id=made.case_id, by=AGENT, at=at)


def place_of(submission: Submission) -> Point:
    return Point(submission.shown_point.x, submission.shown_point.y)


metres = st.floats(-5_000, 5_000)
positions = st.builds(Point, metres, metres)


@given(positions)
def test_the_middle_of_a_cell_is_near_and_says_no_more_than_the_cell(point) -> None:
    found = middle_of_cell(point)
    assert shapely.distance(found, point) <= 25 * math.sqrt(2) + 1e-6
    assert middle_of_cell(found) == found


@st.composite
def lines(draw) -> LineString:
    corners = draw(st.lists(st.tuples(metres, metres), min_size=2, max_size=6, unique=True))
    return LineString(corners)


@given(lines(), st.floats(0, 1), st.floats(-50, 50), st.floats(0, 2 * math.pi))
def test_a_piece_of_a_road_is_within_the_way_there_and_half_of_it(line, along, off, turn) -> None:
    on_it = line.interpolate(along, normalized=True)
    point = Point(on_it.x + off * math.cos(turn), on_it.y + off * math.sin(turn))
    found = on_piece(line, point)
    assert shapely.distance(found, line) < 1e-3
    assert shapely.distance(found, point) <= FARTHEST_M


@given(st.floats(0, 2_000), st.lists(st.floats(-8, 8), min_size=20, max_size=20))
def test_reports_at_one_house_mostly_share_their_place(at, jitter) -> None:
    """Over a road's length; a house at the end of a piece is the exception."""
    line = LineString([(0, 0), (2_000, 0)])
    places = [on_piece(line, Point(at + off, 15)) for off in jitter]
    most = max(places.count(place) for place in places)
    middle = (at // 40 + 0.5) * 40
    assert most > 10 or abs(at - middle) > 12


def test_of_all_houses_along_a_road_most_pairs_share_their_place() -> None:
    line, shared, pairs = LineString([(0, 0), (2_000, 0)]), 0, 0
    for house in range(0, 2_000, 7):
        for one, other in ((-6, 5), (0, 6), (-3, 2)):
            shared += on_piece(line, Point(house + one, 15)) == on_piece(
                line, Point(house + other, 15)
            )
            pairs += 1
    assert shared / pairs > 0.5


def test_a_report_waits_for_an_officer_and_a_day(city) -> None:
    made = a_report()
    assert not public_reports(LATER + 30 * DAY).exists()
    show(case_id=made.case_id, by=AGENT, at=NOON + DAY / 2)
    assert not public_reports(NOON + DELAY - dt.timedelta(seconds=1)).exists()
    (seen,) = public_reports(NOON + DELAY)
    assert (seen.public_id, seen.category.code) == (made.observation.public_id, "potholes")
    hide(case_id=made.case_id, by=AGENT, at=LATER)
    assert not public_reports(LATER + 30 * DAY).exists()
    acts = (
        Entry.objects.filter(stream=made.case.stream).order_by("pk").values_list("act", flat=True)
    )
    assert list(acts)[-2:] == ["show_to_public", "hide_from_public"]


def test_shown_late_it_is_seen_at_once_and_shown_again_nothing_changes(city) -> None:
    made = a_report()
    first = show(case_id=made.case_id, by=AGENT, at=NOON + 3 * DAY)
    assert first.shown_from == NOON + 3 * DAY
    again = show(case_id=made.case_id, by=AGENT, at=NOON + 5 * DAY)
    assert again.shown_from == first.shown_from
    hide(case_id=made.case_id, by=AGENT, at=LATER)
    hide(case_id=made.case_id, by=AGENT, at=LATER)
    acts = Entry.objects.filter(stream=made.case.stream).values_list("act", flat=True)
    assert (list(acts).count("show_to_public"), list(acts).count("hide_from_public")) == (1, 1)


@pytest.mark.parametrize(
    "role", ["agent", "department", "supervisor", "citizen", "planner", "system"]
)
def test_only_officers_of_reports_show_and_hide(city, role) -> None:
    made, by = a_report(), Actor(AGENT.person_id, "x", role)
    if role in ("agent", "department", "supervisor"):
        assert show(case_id=made.case_id, by=by, at=NOON).shown == "shown"
        assert hide(case_id=made.case_id, by=by, at=NOON).shown == "hidden"
        return
    for act in (show, hide):
        with pytest.raises(Problem) as refused:
            act(case_id=made.case_id, by=by, at=NOON)
        assert refused.value.status == 403
    assert Submission.objects.get().shown == "waiting"


def test_a_private_category_is_never_shown_and_hides_what_was(city) -> None:
    a_category("food", public=False)
    private = a_report(category="food")
    with pytest.raises(Problem):
        show(case_id=private.case_id, by=AGENT, at=NOON)
    made = shown()
    actions.recategorise(case_id=made.case_id, code="food", by=AGENT, at=NOON)
    assert Submission.objects.get(pk=made.pk).shown == "hidden"
    made.observation.category = a_category()
    made.observation.save()
    assert not public_reports(LATER).exists()  # it takes an officer to show it again
    other = shown()
    type(other.observation.category).objects.update(public=False)
    assert not public_reports(LATER).exists()


def test_every_state_but_the_rejected_ones_is_public(city) -> None:
    made = shown()
    for status in Status:
        Observation.objects.filter(pk=made.observation_id).update(status=status)
        assert public_reports(LATER).exists() == (status in PUBLIC_STATUSES)
    assert Status.REJECTED not in PUBLIC_STATUSES


def test_one_that_is_rejected_goes_and_cannot_be_shown(city) -> None:
    made = shown()
    move(case_id=made.case_id, edge="reject", by=AGENT, at=NOON, text="لا صورة")
    assert not public_reports(LATER).exists()
    assert hide(case_id=made.case_id, by=AGENT, at=LATER).shown == "hidden"
    with pytest.raises(Problem):
        show(case_id=made.case_id, by=AGENT, at=LATER)


def test_reports_from_files_are_no_public_points(city) -> None:
    Observation.objects.create(
        point=pin_point(), fix_origin="imported", category=a_category(), reported_at=NOON,
        reported_on=NOON.date(), source="file", external_id="1",
    )  # fmt: skip
    assert not public_reports(LATER).exists()


def pin_point():
    from municipality.stored import geos_point

    return geos_point(spot())


def test_a_place_is_the_road_s_within_50_m_else_the_cell_s(city) -> None:
    a_road((-500, 0), (500, 0))
    by_road = place_of(shown(gps(13, 30)))
    assert by_road.y == pytest.approx(spot().y, abs=0.01)
    assert 0 < abs(by_road.x - spot(13).x) <= 20
    away = place_of(shown(gps(13, 130)))
    assert away == middle_of_cell(spot(13, 130))
    assert place_of(shown(gps(14, 28))) == by_road  # the neighbour's phone, the same house


def test_moving_the_pin_moves_the_public_place(city) -> None:
    a_road((-500, 0), (500, 0))
    made = shown(gps(0, 10))
    actions.move_pin(case_id=made.case_id, to=pin(300, 10), by=AGENT, at=NOON)
    assert shapely.distance(place_of(Submission.objects.get()), spot(300, 0)) <= 20
    hide(case_id=made.case_id, by=AGENT, at=NOON)
    actions.move_pin(case_id=made.case_id, to=pin(0, 10), by=AGENT, at=NOON)
    assert Submission.objects.get().shown_point is None


def test_the_view_has_nothing_private_in_it(db) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM observations_public")
        columns = {column.name for column in cursor.description}
    assert columns == {field.column for field in PublicReport._meta.concrete_fields}
    assert not columns & {"description", "person_id", "accuracy_m", "address", "shown_point"}


@pytest.mark.django_db(transaction=True)
def test_who_is_nobody_sees_the_view_and_not_the_rows_behind_it(city) -> None:
    shown()
    with application_role() as session, session.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM observations_public")
        assert cursor.fetchone() == (1,)
        cursor.execute("SELECT count(*) FROM observations_submission")
        assert cursor.fetchone() == (0,)


def tile(client: Client, exact: Point):
    at = tile_at(exact, 17)
    answer = client.get(f"/tiles/observations/{at.z}/{at.x}/{at.y}.mvt")
    assert answer.status_code == 200
    return answer, tile_points(answer.content, "observations", at)


def staff(role: str = "planner") -> Client:
    client = Client()
    client.force_login(a_person(f"a_{role}", role))
    return client


def long_ago() -> dt.datetime:
    return database_now() - 2 * DAY


def test_the_public_s_tiles_have_the_shown_points_and_staff_s_the_exact_ones(city, client) -> None:
    made = shown(gps(13, 30), at=long_ago())
    a_report(gps(20, 20), at=long_ago())  # nobody has looked at it
    exact = spot(13, 30)
    answer, points = tile(client, exact)
    assert len(points) == 1 and not leaks(points, exact)
    assert leaks(points, place_of(made))
    assert "public" in answer["Cache-Control"] and "Cookie" in answer["Vary"]
    answer, points = tile(staff(), exact)
    assert len(points) == 2 and leaks(points, exact)
    assert "no-store" in answer["Cache-Control"] and "Cookie" in answer["Vary"]
    citizen = staff("citizen")
    assert len(tile(citizen, exact)[1]) == 1
    described = client.get("/tiles/observations.json").json()
    fields = described["vector_layers"][0]["fields"]
    assert set(fields) == {"category", "status", "reported_on"}


def test_one_that_is_too_fresh_is_in_no_tile(city, client) -> None:
    shown(at=database_now())
    assert tile(client, spot())[1] == []
    Submission.objects.update(shown_from=database_now())
    assert len(tile(client, spot())[1]) == 1


def test_control_without_the_snapping_the_exact_point_is_found(city, client, monkeypatch) -> None:
    monkeypatch.setattr(publishing, "public_place", lambda point: point)
    shown(gps(13, 30), at=long_ago())
    assert leaks(tile(client, spot(13, 30))[1], spot(13, 30))


def test_control_without_the_delay_a_fresh_one_is_seen(city, client, monkeypatch) -> None:
    monkeypatch.setattr(publishing, "DELAY", dt.timedelta())
    shown(at=database_now())
    assert len(tile(client, spot())[1]) == 1


def test_officers_show_and_hide_on_the_page_and_nobody_else(city, client) -> None:
    made = a_report(at=database_now())
    paths = [f"/en/cases/{made.case.public_id}/report/{act}" for act in ("show", "hide")]
    citizen = staff("citizen")
    assert {citizen.post(path).status_code for path in paths} == {404}
    client.force_login(User.objects.get(pk=AGENT.person_id))
    page = f"/en/cases/{made.case.public_id}/"
    assert "Showing it to the public" in client.get(page).content.decode()
    assert client.post(paths[0]).status_code == 302
    assert Submission.objects.get().shown == "shown"
    assert "Shown from" in client.get(page).content.decode()
    client.post(paths[1])
    assert Submission.objects.get().shown == "hidden"


def test_the_sender_is_told_nothing_of_it_and_cannot_do_it(city, client) -> None:
    made = a_report(at=database_now())
    client.force_login(made.person)
    page = client.get(f"/en/cases/{made.case.public_id}/").content.decode()
    assert "Showing it to the public" not in page
    assert client.post(f"/en/cases/{made.case.public_id}/report/show").status_code == 404
