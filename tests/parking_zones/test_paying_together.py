"""Several violations paid at once; each keeps its dispute, and its fine alone goes back."""

import subprocess
import threading
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from municipality.actor import SYSTEM, Actor
from municipality.billing.bills.models import Bill
from municipality.billing.bills.queries import explain
from municipality.billing.models import Charge, LedgerEntry, Receipt, Refund
from municipality.billing.payments import refunds
from municipality.billing.payments.charging import begin_online, take_cash
from municipality.billing.payments.receipt_paper import paper_of
from municipality.billing.payments.settling import take_answer
from municipality.cases.actions import move
from municipality.documents.store import open_kept
from municipality.people.models import User
from municipality.problems import Problem
from parking_zones.models import Violation
from parking_zones.violations.actions import Earlier, cancel, yield_to
from parking_zones.violations.paying import pay_together
from parking_zones.violations.queries import known
from tests.billing.builders import a_cashier, a_shift, asked, captured
from tests.builders import a_person, a_zone, square
from tests.parking_zones.test_inspection import CAR, a_permit
from tests.parking_zones.test_tickets import NINE, minutes
from tests.parking_zones.test_violations import (
    bill_of,
    by,
    chief,
    disputed,
    fine,
    zone,
)
from tests.side_by_side import at_once

__all__ = ["by", "chief", "zone"]  # fixtures
pytestmark = pytest.mark.django_db
SECOND = Actor(903, "Second supervisor", "supervisor")


@pytest.fixture
def holder() -> User:
    """A citizen with a telephone who holds a permit for the car."""
    person = a_person("citizen")
    person.phone, person.first_name = "+96892345678", "سالم"
    person.save()
    a_permit(zone=a_zone("9", shape=square(300, 0, 100)), person_id=person.pk)
    return person


def three(by: Actor) -> list[Violation]:
    return [fine(by), fine(by, at=NINE.replace(hour=17)), fine(by, at=NINE + minutes(24 * 60))]


def together(made: list[Violation], person: User) -> Bill:
    who = Actor(person.pk, person.full_name, "citizen")
    return pay_together(
        violation_ids=[one.pk for one in made], person=person, by=who, at=NINE + minutes(2_000)
    )


def paid_in_cash(bill: Bill) -> Charge:
    a_shift()
    return take_cash(
        asked=asked(bill), tendered_baisa=50_000, by=a_cashier(), at=NINE + minutes(2_001)
    )


def words(made: list[Violation]) -> list[str]:
    for one in made:
        one.refresh_from_db()
    return [known(one).word for one in made]


def kept() -> int:
    sums = LedgerEntry.objects.filter(account="revenue/parking_violation")
    return -sum(sums.values_list("amount_baisa", flat=True))


def test_the_list_leads_to_one_bill_of_what_was_chosen(zone, by, holder, client: Client) -> None:
    client.force_login(holder)
    first, second, third = three(by)
    page = client.get("/en/violations/").content.decode()
    assert first.number in page and "30.000" in page and "its fine alone goes back" in page
    sent = {"violation": [first.public_id, second.public_id, "not-mine"]}
    answer = client.post("/en/violations/pay/", sent)
    joint = Bill.objects.get(subject__startswith="joint/")
    assert answer.url == f"/en/pay/{joint.public_id}/"
    assert (joint.total_baisa, joint.payer_person_id, joint.plate) == (
        20_000, holder.pk, "OM1111B",
    )  # fmt: skip
    page = client.get(answer.url).content.decode()
    assert first.number in page and second.number in page and third.number not in page
    paid_in_cash(joint)
    assert words([first, second, third]) == ["paid", "paid", "due"]
    page = client.get(f"/pay/{joint.public_id}/").content.decode()
    assert "تنزيل الإيصال" in page and "مخالفات المواقف" in page


def test_of_one_it_is_its_own_bill_and_of_none_a_word(zone, by, holder, client: Client) -> None:
    client.force_login(holder)
    made = fine(by)
    sent = {"violation": [made.public_id]}
    own = f"/en/pay/{bill_of(made).public_id}/"
    assert client.post("/en/violations/pay/", sent).url == own
    page = client.post("/en/violations/pay/", {}, follow=True).content.decode()
    assert "Choose at least one" in page
    other = fine(by, at=NINE.replace(hour=17))
    cancel(violation_id=other.pk, why="x", by=SECOND, at=NINE)
    sent = {"violation": [made.public_id, other.public_id]}
    page = client.post("/en/violations/pay/", sent, follow=True).content.decode()
    assert "has been paid or cancelled since" in page
    assert not Bill.objects.filter(subject__startswith="joint/").exists()


def test_who_knows_one_violation_learns_nothing_of_the_others(zone, by, holder) -> None:
    first, second, _ = three(by)
    joint = together([first, second], holder)
    paid_in_cash(joint)
    stranger = Client()
    page = stranger.get(f"/en/pay/{bill_of(first).public_id}/").content.decode()
    receipt = Receipt.objects.get()
    assert "paid together with others" in page and "who paid holds the receipt" in page
    hidden = (receipt.public_id, joint.public_id, joint.number, second.number, "سالم")
    assert not [text for text in hidden if text in page]
    stranger.force_login(holder)
    page = stranger.get(f"/en/pay/{bill_of(first).public_id}/").content.decode()
    assert receipt.public_id in page and "who paid holds" not in page


def test_a_granted_dispute_gives_back_its_fine_alone_then_another_one(
    zone, by, chief, holder
) -> None:
    made = three(by)
    charge = paid_in_cash(together(made, holder))
    assert words(made) == ["paid"] * 3 and kept() == 30_000
    case = disputed(made[1], holder)
    move(case_id=case.pk, edge="grant", by=chief, at=NINE + minutes(3_000), text="تذكرة سارية")
    refund = Refund.objects.get()
    assert (refund.amount_baisa, refund.line and refund.line.gathers) == (10_000, bill_of(made[1]))
    give_back(refund)
    assert words(made) == ["paid", "cancelled", "paid"] and kept() == 20_000
    cancel(violation_id=made[0].pk, why="خطأ في اللوحة", by=SECOND, at=NINE + minutes(3_100))
    give_back(Refund.objects.get(state="asked"))
    assert words(made) == ["cancelled", "cancelled", "paid"] and kept() == 10_000
    charge.refresh_from_db()
    assert charge.state == "captured" and bill_of(made[2]).state == "paid"
    with pytest.raises(Problem):
        cancel(violation_id=made[0].pk, why="x", by=SECOND, at=NINE + minutes(3_200))
    assert Refund.objects.count() == 2


def give_back(refund: Refund) -> None:
    other = Actor(904, "Approving supervisor", "supervisor")
    refunds.approve(refund_id=refund.pk, by=other, at=NINE + minutes(4_000))
    refunds.paid_back(refund_id=refund.pk, by=a_cashier(), at=NINE + minutes(4_001))


def test_a_ticket_that_came_through_late_frees_what_it_covers(zone, by, holder) -> None:
    """Of a joint bill that waits, and of one that was paid."""
    made = three(by)
    joint = together(made, holder)
    ticket = Earlier("PT-1", CAR, zone.pk, NINE - minutes(5), NINE + minutes(60))
    yield_to(ticket, at=NINE + minutes(2_500))
    joint.refresh_from_db()
    assert joint.state == "cancelled" and words(made) == ["cancelled", "due", "due"]
    paid_in_cash(together(made[1:], holder))
    late = Earlier("PT-2", CAR, zone.pk, NINE - minutes(5), NINE + minutes(24 * 60 * 2))
    assert len(yield_to(late, at=NINE + minutes(2_600))) == 2
    assert sum(Refund.objects.values_list("amount_baisa", flat=True)) == 20_000


def test_money_that_comes_after_a_ticket_pays_the_rest(zone, by, holder) -> None:
    made = three(by)
    joint = together(made, holder)
    charge = begin_online(
        asked=asked(joint, "online"), by=Actor(holder.pk, "", "citizen"), at=NINE + minutes(2_400)
    )
    ticket = Earlier("PT-1", CAR, zone.pk, NINE - minutes(5), NINE + minutes(60))
    yield_to(ticket, at=NINE + minutes(2_500))
    take_answer(
        charge_id=charge.pk, outcome=captured(30_000, "n"), by=SYSTEM, at=NINE + minutes(2_501)
    )
    assert words(made) == ["cancelled", "paid", "paid"]
    assert Refund.objects.get().kind == "second_capture"


def test_the_receipt_lists_each_violation(zone, by, holder, tmp_path: Path) -> None:
    made = three(by)
    joint = together(made, holder)
    paid_in_cash(joint)
    texts = [line.text_en for line in explain(joint)]
    assert all(one.number in text for one, text in zip(made, texts, strict=True))
    paper = paper_of(receipt_id=Receipt.objects.get().pk, at=NINE + minutes(2_100))
    with open_kept(paper.sha256) as file:
        (tmp_path / "receipt.pdf").write_bytes(file.read())
    printed = text_of(tmp_path / "receipt.pdf")
    assert all(one.number in printed for one in made) and "30.000" in printed


def text_of(paper: Path) -> str:
    """What is printed on a paper, as a reader of PDF files finds it."""
    asked = ["pdftotext", str(paper), "-"]
    return subprocess.run(asked, capture_output=True, check=True, text=True).stdout


@pytest.mark.django_db(transaction=True)
def test_two_disputes_granted_in_the_same_second_give_back_both_fines(zone, by, holder) -> None:
    made = three(by)
    paid_in_cash(together(made, holder))
    cases = [disputed(one, holder) for one in made[:2]]
    gate = threading.Barrier(2)

    def grant(number: int) -> Any:
        person = Actor(910 + number, "supervisor", "supervisor")

        def work() -> None:
            gate.wait(10)
            move(
                case_id=cases[number].pk, edge="grant", by=person, at=NINE + minutes(3_000),
                text="x",
            )  # fmt: skip

        return work

    assert not at_once(grant(0), grant(1))
    assert words(made) == ["cancelled", "cancelled", "paid"]
    assert sorted(Refund.objects.values_list("amount_baisa", flat=True)) == [10_000, 10_000]


@pytest.mark.django_db(transaction=True)
def test_one_violation_ended_twice_in_the_same_second_goes_back_once(zone, by, holder) -> None:
    made = three(by)
    paid_in_cash(together(made, holder))
    ticket = Earlier("PT-1", CAR, zone.pk, NINE - minutes(5), NINE + minutes(60))
    gate = threading.Barrier(2)

    def decide() -> None:
        gate.wait(10)
        cancel(violation_id=made[0].pk, why="x", by=SECOND, at=NINE + minutes(3_000))

    def yields() -> None:
        gate.wait(10)
        with transaction.atomic():  # the one that settles the ticket
            yield_to(ticket, at=NINE + minutes(3_000))

    raised = at_once(decide, yields)
    assert not [error for error in raised if not isinstance(error, Problem)]
    assert Refund.objects.get().amount_baisa == 10_000 and words(made)[0] == "cancelled"
