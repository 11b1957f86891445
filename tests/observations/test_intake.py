"""A report arrives: once, with its place, its promise, its case and its message."""

import datetime as dt
from typing import Any

import pytest
from django.db import connection

from municipality.actor import Actor
from municipality.cases.models import Case
from municipality.history.queries import entries
from municipality.notices.models import Message
from municipality.problems import Problem
from observations.models import Category, Fix, Observation, Submission
from observations.reports.intake import OLDEST, Sender, category_now, promised
from observations.reports.models import Channel, Status
from tests.builders import a_wilayat, square
from tests.observations.builders import (
    AGENT,
    NOON,
    a_category,
    a_report,
    a_reporter,
    a_sender,
    a_target,
    a_town,
    gps,
    photo_of,
    pin,
    spot,
)
from tests.side_by_side import at_once

pytestmark = pytest.mark.django_db
DAY = dt.date(2026, 11, 25)


@pytest.fixture(autouse=True)
def city() -> None:
    a_town()
    a_target(3, 1_260)
    a_target(1, 240, round_the_clock=True)


def test_a_report_has_its_place_its_case_its_promise_and_its_message() -> None:
    made = a_report(gps(10, 20), photo_of(15, 25))
    seen, case = made.observation, made.case
    assert (seen.point.x, seen.point.y) == (spot(10, 20).x, spot(10, 20).y)
    assert (seen.accuracy_m, seen.fix_origin, seen.channel) == (8.0, "gps", Channel.APP)
    assert (seen.status, seen.reported_at, seen.reported_on) == (Status.NEW, NOON, DAY)
    assert seen.wilayat.code == "seeb" and seen.area.code == "hail"
    assert case.number.startswith("OB-2026-") and case.state == "received"
    assert case.worker == "agent" and case.place.equals(seen.point)
    assert seen.due_at == case.due_at and case.due_at is not None
    # three working days of seven hours from Wednesday 11:00: not on Friday and Saturday
    assert case.due_at.astimezone(dt.timezone(dt.timedelta(hours=4))).date() == dt.date(
        2026, 11, 30
    )
    fixes = list(Fix.objects.filter(observation=seen).order_by("pk"))
    assert [(fix.origin, fix.counts_from) for fix in fixes] == [("gps", NOON), ("exif", None)]
    (message,) = Message.objects.filter(about=case.stream)
    assert case.number in message.text and "حفر الطرق" in message.text
    assert f"/cases/{case.public_id}/" in message.text
    assert [entry.act for entry in entries(case.stream)] == ["open"]


def test_an_urgent_kind_is_promised_by_the_clock_and_its_own_target_goes_first() -> None:
    sewage = a_category("sewage", priority=1, name_ar="طفح الصرف الصحي", name_en="Sewage")
    made = a_report(category="sewage")
    assert made.case.due_at == NOON + dt.timedelta(hours=4) and made.case.round_the_clock
    a_target(1, 60, round_the_clock=True, category=sewage)
    assert promised(sewage, on=DAY).minutes == 60
    assert promised(a_category("odd", priority=2), on=DAY) is None


def test_sent_twice_and_two_days_later_by_a_queue_it_is_one() -> None:
    person = a_reporter()
    first = a_report(gps(), key="k1", sender=a_sender(person=person))
    later = NOON + dt.timedelta(days=2)
    again = a_report(gps(), key="k1", sender=a_sender(person=person), at=later)
    assert again.pk == first.pk and Observation.objects.count() == 1
    other = a_report(gps(), key="k1", sender=a_sender(person=a_reporter("+96892345679")))
    assert other.pk != first.pk


def test_a_queue_s_report_counts_on_its_own_day_unless_that_cannot_be() -> None:
    old = a_report(made_at=NOON - dt.timedelta(days=2))
    assert old.observation.reported_on == DAY - dt.timedelta(days=2) and old.sent_at == NOON
    for made_at in (NOON - OLDEST - dt.timedelta(seconds=1), NOON + dt.timedelta(hours=1)):
        sender = a_sender(person=a_reporter(f"+9689{made_at.day:07d}"))
        assert a_report(made_at=made_at, sender=sender).observation.reported_at == NOON


def test_a_category_that_was_retired_meanwhile_leads_to_what_took_its_place() -> None:
    new = a_category("road_damage", name_ar="تلف الطريق", name_en="Road damage")
    a_category().__class__.objects.filter(code="potholes").update(retired_on=DAY, replaced_by=new)
    assert a_report().observation.category == new
    assert category_now("potholes", on=DAY - dt.timedelta(days=1)).code == "potholes"
    Category.objects.filter(pk=new.pk).update(retired_on=DAY)
    with pytest.raises(Problem) as refused:
        category_now("potholes", on=DAY)
    assert refused.value.errors[0].pointer == "category"
    assert a_category("other").pk == category_now("potholes", on=DAY).pk


def test_categories_that_replace_each_other_end_in_other() -> None:
    one, two = a_category("one"), a_category("two")
    Category.objects.filter(pk=one.pk).update(retired_on=DAY, replaced_by=two)
    Category.objects.filter(pk=two.pk).update(retired_on=DAY, replaced_by=one)
    a_category("other")
    assert category_now("one", on=DAY).code == "other"


@pytest.mark.parametrize("code", ["", "no_such", "a\0b", "x" * 500])
def test_a_category_that_never_was_is_refused(code: str) -> None:
    with pytest.raises(Problem) as refused:
        category_now(code, on=DAY)
    assert refused.value.status == 422


@pytest.mark.parametrize(
    ("told", "code"),
    [
        ((), "bad_value"),
        ((gps(accuracy_m=800),), "too_rough"),
        ((gps(60_000),), "outside_city"),  # in the sea, in no wilayat
        ((gps(0), photo_of(900)), "place_in_doubt"),
    ],
)
def test_a_place_nobody_could_go_to_is_refused_and_nothing_is_left_of_it(told, code: str) -> None:
    with pytest.raises(Problem) as refused:
        a_report_of(told)
    assert refused.value.code == code
    assert not Observation.objects.exists() and not Case.objects.exists()


def a_report_of(told: tuple, **values: Any) -> Submission:
    from observations.reports.intake import NewReport, send

    a_category()
    sender = a_sender()
    new = NewReport("potholes", told, Channel.APP, NOON, **values)
    return send(new=new, sender=sender, by=Actor(sender.person.pk, "x", "citizen"), at=NOON)


def test_a_doubt_says_what_is_apart_and_who_was_asked_may_send() -> None:
    with pytest.raises(Problem) as refused:
        a_report_of((gps(0), photo_of(900)))
    (doubt,) = refused.value.extra["doubts"]
    assert doubt == {"chosen": "gps", "other": "exif", "apart_m": 900}
    made = a_report_of((gps(0), photo_of(900)), sure=True)
    assert made.observation.fix_origin == "gps" and made.observation.fixes.count() == 2


def test_on_the_shore_it_is_of_the_nearest_wilayat() -> None:
    edge = 5_000  # of the wilayat
    assert a_report(pin(edge + 60)).observation.wilayat.code == "seeb"


def test_too_many_photos_and_letters_are_refused() -> None:
    with pytest.raises(Problem):
        a_report(description="س" * 2_001)
    with pytest.raises(Problem):
        a_report(photos=(None,) * 9)


def test_a_caller_without_an_account_has_a_report_and_hears_of_it() -> None:
    sender = Sender(name="Maryam", phone="+96899112233", language="en")
    made = a_report(sender=sender, channel=Channel.PHONE)
    assert made.person is None
    (message,) = Message.objects.filter(about=made.case.stream)
    assert message.to_address == "+96899112233" and "Potholes" in message.text


def test_the_sea_is_known_by_the_boundaries_of_its_day() -> None:
    with pytest.raises(Problem):
        a_report(gps(8_000))
    a_wilayat("muttrah", square(5_000, -5_000, 10_000))
    assert a_report(gps(8_000)).observation.wilayat.code == "muttrah"


@pytest.mark.django_db(transaction=True)
def test_two_taps_at_once_make_one_report() -> None:
    """The wall is the database's: without it two are made (the control)."""
    sender = a_sender()
    a_category()

    def tap() -> Any:
        try:
            return a_report(gps(), key="same", sender=sender).pk
        except Exception as error:
            return type(error).__name__

    at_once(*[tap] * 4)
    assert Submission.objects.count() == Observation.objects.count() == 1
    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX submission_once_a_key")
    try:
        at_once(*[lambda: a_report(gps(), key="other", sender=sender)] * 4)
        assert Submission.objects.filter(key="other").count() > 1
    finally:
        with connection.cursor() as cursor:
            cursor.execute("UPDATE observations_submission SET key = key || id WHERE key = 'other'")
            cursor.execute(
                "CREATE UNIQUE INDEX submission_once_a_key ON observations_submission "
                "(person_id, key) WHERE NOT (key IS NULL)"
            )


def test_an_agent_sends_for_a_caller_and_the_record_names_the_agent() -> None:
    made = a_report(sender=Sender(name="Caller", phone="+96899112233"), channel=Channel.PHONE)
    (entry,) = entries(made.case.stream)
    assert (entry.person_name, entry.role) == (AGENT.name, "agent")
