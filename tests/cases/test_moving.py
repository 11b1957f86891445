"""The one function that moves a case: all of it happens, or nothing."""

import datetime as dt

import pytest
from django.db import connection, transaction

from municipality.actor import Actor
from municipality.billing.bills.models import Bill
from municipality.cases import actions
from municipality.cases.actions import CannotMove, move
from municipality.cases.machine import BILLING, SYSTEM
from municipality.cases.models import Case
from municipality.cases.queries import timeline
from municipality.cases.rights import edges_for
from municipality.history.queries import broken, entries
from municipality.notices.models import Message
from tests import builders as b
from tests.cases.builders import MORNING, a_town, acting, an_extract

pytestmark = pytest.mark.django_db
HOUR = dt.timedelta(hours=1)


def test_a_request_is_a_case_at_its_place_with_a_number_a_clock_and_a_message() -> None:
    town = a_town()
    case = an_extract(town)
    assert case.number.startswith("PX-2026-") and len(case.public_id) == 22
    assert (case.state, case.worker) == ("registration", "registrar")
    assert case.plot_version == town.plot.version and case.directorate == town.directorate
    assert case.due_at == MORNING + dt.timedelta(days=1)  # seven office hours: a working day
    told = Message.objects.get(about=case.stream)
    assert case.number in told.text and told.to_address == "+96892123456"
    acts = [entry.act for entry in entries(case.stream)]
    assert acts == ["open", "move"] and not broken()


def test_a_move_bills_tells_and_writes_history_in_one_transaction(monkeypatch) -> None:
    town = a_town()
    case = an_extract(town)
    monkeypatch.setattr(actions, "tell", lambda *a, **k: (_ for _ in ()).throw(RuntimeError("cut")))
    with pytest.raises(RuntimeError), transaction.atomic():
        move(case_id=case.pk, edge="accept", by=acting(town.registrar), at=MORNING + HOUR)
    monkeypatch.undo()
    case.refresh_from_db()
    assert case.state == "registration" and not Bill.objects.exists()
    assert entries(case.stream).count() == 2

    move(case_id=case.pk, edge="accept", by=acting(town.registrar), at=MORNING + HOUR)
    bill = Bill.objects.get()
    assert (bill.total_baisa, bill.subject) == (2000, case.stream)
    assert Message.objects.filter(about=case.stream).count() == 2


@pytest.mark.parametrize(
    ("edge", "role"),
    [("accept", "citizen"), ("refuse", "architect"), ("settle_fee", "registrar"), ("issue", "registrar"),
     ("return", "supervisor"), ("submit", "citizen")],
)  # fmt: skip
def test_only_the_roles_of_the_edge_take_it(edge: str, role: str) -> None:
    town = a_town()
    case = an_extract(town)
    other = b.a_person(f"other_{role}", role)
    with pytest.raises(CannotMove):
        move(case_id=case.pk, edge=edge, by=acting(other), at=MORNING, text="x")
    case.refresh_from_db()
    assert case.moves == 1


def test_someone_else_is_no_applicant() -> None:
    town = a_town()
    case = an_extract(town)
    with pytest.raises(CannotMove):
        move(case_id=case.pk, edge="withdraw", by=acting(b.a_person("c2", "citizen")), at=MORNING)
    move(case_id=case.pk, edge="withdraw", by=acting(town.citizen), at=MORNING)


def test_an_officer_does_not_decide_their_own_case() -> None:
    town = a_town()
    town.citizen.roles = ["citizen", "registrar"]
    town.citizen.save()
    case = an_extract(town)
    with pytest.raises(CannotMove):
        move(case_id=case.pk, edge="accept", by=acting(town.citizen, "registrar"), at=MORNING)


def test_an_officer_of_another_directorate_does_not_decide() -> None:
    town = a_town()
    case = an_extract(town)
    from municipality.places.models import Directorate

    away = b.a_person("away", "registrar")
    away.directorate = Directorate.objects.create(code="x", name_ar="أخرى", name_en="Other")
    away.save()
    with pytest.raises(CannotMove):
        move(case_id=case.pk, edge="accept", by=acting(away), at=MORNING)


def test_a_stale_page_moves_nothing_and_says_where_the_case_is() -> None:
    town = a_town()
    case = an_extract(town)
    move(
        case_id=case.pk,
        edge="return",
        by=acting(town.registrar),
        at=MORNING,
        text="أين الكروكي؟",
        seen=1,
    )
    with pytest.raises(CannotMove) as refusal:
        move(case_id=case.pk, edge="accept", by=acting(town.registrar), at=MORNING, seen=1)
    assert "أعيد إليك" in refusal.value.words.ar


def test_a_return_needs_words_and_stops_the_clock_until_the_answer() -> None:
    town = a_town()
    case = an_extract(town)
    with pytest.raises(CannotMove):
        move(case_id=case.pk, edge="return", by=acting(town.registrar), at=MORNING + HOUR, text=" ")
    move(case_id=case.pk, edge="return", by=acting(town.registrar), at=MORNING + HOUR, text="أكمل")
    case.refresh_from_db()
    assert (case.due_at, case.left_min, case.worker) == (None, 360, "")
    later = MORNING + dt.timedelta(days=7)
    back = move(case_id=case.pk, edge="resubmit", by=acting(town.citizen), at=later, text="تم")
    assert back.state == "registration" and back.origin == "" and back.left_min is None
    # six office hours were left on Sunday 22; they run on from Sunday 29 at 09:00
    assert back.due_at == later.replace(hour=7, minute=30) + dt.timedelta(days=1) + dt.timedelta(
        minutes=30
    )


def test_a_plot_that_changed_cannot_be_certified_as_it_was() -> None:
    town = a_town()
    case = an_extract(town)
    type(town.plot).objects.filter(pk=town.plot.pk).update(version=town.plot.version + 1)
    with pytest.raises(CannotMove) as refusal:
        move(case_id=case.pk, edge="accept", by=acting(town.registrar), at=MORNING)
    assert "النسخة" in refusal.value.words.ar


def test_no_price_is_no_bill_and_no_move() -> None:
    from municipality.billing.tariffs.queries import NoTariff

    town = a_town()
    case = an_extract(town)
    from municipality.billing.models import Tariff

    Tariff.objects.all().delete()
    with pytest.raises(NoTariff), transaction.atomic():
        move(case_id=case.pk, edge="accept", by=acting(town.registrar), at=MORNING)
    case.refresh_from_db()
    assert case.state == "registration"


def test_history_numbers_every_step_and_a_changed_row_is_found() -> None:
    town = a_town()
    case = an_extract(town)
    move(case_id=case.pk, edge="accept", by=acting(town.registrar), at=MORNING)
    assert [entry.seq for entry in entries(case.stream)] == [1, 2, 3]
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE history_entry DISABLE TRIGGER history_is_append_only")
        cursor.execute(
            "UPDATE history_entry SET person_name = 'x' WHERE stream = %s AND seq = 2",
            [case.stream],
        )
    found = broken()
    assert [(fault.stream, fault.seq, fault.why) for fault in found] == [
        (case.stream, 2, "changed")
    ] or [fault.seq for fault in found] == [2, 3]


def test_the_timeline_tells_what_was_what_is_and_what_comes() -> None:
    town = a_town()
    case = an_extract(town)
    move(case_id=case.pk, edge="return", by=acting(town.registrar), at=MORNING, text="أكمل")
    case.refresh_from_db()
    marks = [(step.mark, step.words.en) for step in timeline(case)]
    assert marks == [
        ("done", "Application registered"),
        ("back", "Returned by the registration section"),
        ("now", "Returned to you"),
        ("todo", "Fee due"),
        ("todo", "Being issued"),
        ("todo", "Issued"),
    ]


def test_buttons_are_exactly_the_edges_that_may_be_taken() -> None:
    town = a_town()
    case = an_extract(town)
    names = {edge.name for edge in edges_for(case, acting(town.registrar), at=MORNING)}
    assert names == {"accept", "return", "refuse"}  # not "confirm": nothing is paid
    assert {edge.name for edge in edges_for(case, acting(town.citizen), at=MORNING)} == {"withdraw"}


def test_billing_and_the_clock_take_only_their_own_edges() -> None:
    town = a_town()
    case = an_extract(town)
    for role in (BILLING, SYSTEM):
        for edge in ("accept", "refuse", "withdraw", "return"):
            with pytest.raises(CannotMove):
                move(case_id=case.pk, edge=edge, by=Actor(None, role, role), at=MORNING, text="x")
    assert Case.objects.get(pk=case.pk).moves == 1
